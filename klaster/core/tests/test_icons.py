"""The sprite holds the icons that templates use, and no other."""

from klaster.core import icons


def test_every_icon_of_the_templates_is_in_the_sprite_and_none_is_left_over():
    assert icons.drawn() == icons.used(), "run: manage.py icons"


def test_icons_are_found_in_tags_and_in_what_components_are_given(tmp_path):
    folder = tmp_path / "app" / "templates"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text(
        '{% icon "mail" %} {% icon name %} {% include "x.html" with icon="map-pin" only %}'
    )
    assert icons.used(tmp_path) == {"mail", "map-pin"}


def test_a_sprite_is_one_sorted_symbol_a_line(tmp_path):
    file = tmp_path / "icons.svg"
    file.write_text(icons.sprite([("x", '<path d="M0 0"/>'), ("bell", "<g/>")]))
    symbols = [line for line in file.read_text().splitlines() if line.startswith("<symbol")]
    assert symbols == [
        '<symbol id="i-bell" viewBox="0 0 24 24"><g/></symbol>',
        '<symbol id="i-x" viewBox="0 0 24 24"><path d="M0 0"/></symbol>',
    ]
    assert icons.drawn(file) == {"bell", "x"}
