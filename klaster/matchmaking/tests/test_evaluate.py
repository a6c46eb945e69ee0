"""The ranking on a folder: what it writes, and one line for each thing that is wrong."""

import json

import pytest

from klaster.matchmaking.evaluate import main

DOCS = [
    {"id": "a", "text": "Laser cutting of steel sheets", "lang": "en", "sector": "metal", "tech": ["laser"]},
    {"id": "b", "text": "Organic apple juice for children", "lang": "en", "sector": "food", "tech": []},
    {"id": "c", "text": "Obuolių sultys vaikams", "kind": "offer", "sector": None},
]
QUERIES = [{"qid": "1", "text": "We need steel sheets cut by laser", "sector": "metal", "tech": ["laser"]}]
PEOPLE = [
    {
        "profile_id": name,
        "lang": "en",
        "seek": seek,
        "offer": offer,
        "seek_tags": {"sector": None, "tech": []},
        "offer_tags": {"sector": "food", "tech": ["x"]},
    }
    for name, seek, offer in [
        ("p", "laser cutting", "apple juice"),
        ("q", "apple juice", "laser cutting"),
        ("r", "laser cutting", "boats"),
        ("s", "houses", "bread"),
    ]
]


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "docs.jsonl", DOCS)
    write(tmp_path / "queries.jsonl", QUERIES)
    write(tmp_path / "reciprocal_profiles.jsonl", PEOPLE)
    write(tmp_path / "reciprocal_queries.jsonl", [{"qid": "p"}])
    return tmp_path


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def run(folder, *options):
    return main([str(folder), "--backend", "hashing", "-o", str(folder / "out"), *options])


def ranking(folder, name="run.jsonl"):
    return [json.loads(line) for line in (folder / "out" / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("options", [[], ["--no-tags"]])
def test_rankings_are_permutations_of_the_others(folder, options):
    assert run(folder, *options) == 0
    [one] = ranking(folder)
    assert one["qid"] == "1"
    assert sorted(one["ranking"]) == ["a", "b", "c"]
    assert one["ranking"][0] == "a"
    [two] = ranking(folder, "reciprocal_run.jsonl")
    assert sorted(two["ranking"]) == ["q", "r", "s"]
    assert two["ranking"][0] == "q"


def test_ids_and_answers_change_nothing(folder):
    run(folder)
    before = ranking(folder)[0]["ranking"]
    names = {"a": "o-x-lt", "b": "1", "c": "ū"}
    write(folder / "docs.jsonl", [row | {"id": names[row["id"]]} for row in DOCS])
    (folder / "qrels.jsonl").write_text("nothing to see", encoding="utf-8")
    assert run(folder) == 0
    assert ranking(folder)[0]["ranking"] == [names[name] for name in before]


def test_one_half_is_enough(folder):
    for name in ("reciprocal_profiles.jsonl", "reciprocal_queries.jsonl"):
        (folder / name).unlink()
    assert run(folder) == 0
    assert not (folder / "out" / "reciprocal_run.jsonl").exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("docs.jsonl", "", "empty"),
        ("docs.jsonl", "\n \n", "empty"),
        ("docs.jsonl", "{\n", "line 1: not JSON"),
        ("docs.jsonl", "[" * 100_000, "line 1: not JSON"),
        ("docs.jsonl", '{"id": "a", "text": "b"}\n[]', "line 2: not an object"),
        ("docs.jsonl", '{"id": 1, "text": "b"}', '"id" must be a text'),
        ("docs.jsonl", '{"id": "a"}', '"text" must be a text'),
        ("docs.jsonl", '{"id": "a", "text": " "}', '"text" must be a text'),
        ("docs.jsonl", '{"id": "a", "text": "b", "lang": 1}', '"lang" must be a text'),
        ("docs.jsonl", '{"id": "a", "text": "b", "sector": []}', '"sector" must be a text'),
        ("docs.jsonl", '{"id": "a", "text": "b", "tech": "x"}', '"tech" must be a list of texts'),
        ("docs.jsonl", '{"id": "a", "text": "b"}\n{"id": "a", "text": "c"}', 'two have the id "a"'),
        ("reciprocal_profiles.jsonl", '{"profile_id": "p", "seek": "a"}', '"offer" must be a text'),
        (
            "reciprocal_profiles.jsonl",
            '{"profile_id": "p", "seek": "a", "offer": "b", "seek_tags": 1}',
            "must be an object",
        ),
        ("reciprocal_queries.jsonl", '{"qid": "nobody"}', 'there is no profile "nobody"'),
    ],
)
def test_what_is_wrong_is_one_line(folder, capsys, name, content, words):
    (folder / name).write_text(content, encoding="utf-8")
    assert run(folder) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (folder / "out").exists()


def test_bytes_folders_and_halves(folder, capsys):
    (folder / "docs.jsonl").write_bytes(b'{"id": "\xff"}')
    assert run(folder) == 2
    (folder / "docs.jsonl").unlink()
    assert run(folder) == 2
    assert main([str(folder / "nowhere")]) == 2
    (folder / "empty").mkdir()
    assert main([str(folder / "empty")]) == 2
    said = capsys.readouterr().err.splitlines()
    for line, words in zip(said, ["not UTF-8", "belong together", "no such folder", "neither"], strict=True):
        assert words in line


def test_lines_that_editors_mark_are_read(folder):
    (folder / "docs.jsonl").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(json.dumps(row) for row in DOCS).encode())
    assert run(folder) == 0
