"""An organisation that is a draft or was hidden is named nowhere that everybody can read, whatever points at it."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from klaster.directory import factories as f

SECRET = "Slapta įmonė"

both = f.both


def text_of(client, name, *args):
    with override("en"):
        response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.getvalue().decode() if response.streaming else response.content.decode()


@pytest.fixture(params=["draft", "hidden"])
def secret(request, db):
    return f.OrganisationFactory(slug="slapta", name=both(SECRET, SECRET), status=request.param)


def test_as_coordinator(client, secret):
    f.ClusterFactory(slug="saules", coordinator=secret)
    for name, args in [("cluster_detail", ["saules"]), ("cluster_list", []), ("cluster_export", ["csv"])]:
        assert SECRET not in text_of(client, name, *args), name


def test_as_party_of_an_agreement(client, secret):
    cluster, network = f.ClusterFactory(slug="saules"), f.NetworkFactory(slug="tinklas")
    agreement = f.AgreementFactory()
    agreement.parties.add(secret, cluster.coordinator)
    agreement.networks.add(network)
    for name, slug in [
        ("cluster_detail", "saules"),
        ("network_detail", "tinklas"),
        ("organisation_detail", cluster.coordinator.slug),
    ]:
        page = text_of(client, name, slug)
        assert SECRET not in page, name
        assert str(cluster.coordinator.name["en"]) in page
