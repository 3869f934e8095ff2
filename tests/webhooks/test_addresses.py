from __future__ import annotations

import pytest

from chalicelib.webhooks import addresses
from chalicelib.webhooks.addresses import Address

WE = "we_0123456789abcdef"


@pytest.mark.parametrize(
    ("address", "delivery_id", "subject", "partition"),
    [
        (
            Address("evt_0123456789abc002_1", "0"),
            "dlv_0123456789abc002_1_0",
            "job_0123456789abc002",
            "B#0123456789abc",
        ),
        (
            Address("evt_0123456789abc000_0", WE),
            f"dlv_0123456789abc000_0_{WE}",
            "batch_0123456789abc000",
            "B#0123456789abc",
        ),
        (Address("evt_test_01ab", WE), f"dlv_test_01ab_{WE}", WE, f"E#{WE}"),
    ],
)
def test_a_delivery_id_is_an_address(
    address: Address, delivery_id: str, subject: str, partition: str
) -> None:
    assert address.delivery_id == delivery_id
    assert addresses.parse(delivery_id) == address
    assert (address.subject, address.partition) == (subject, partition)
    assert addresses.of_row(address.sort_key) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dlv_",
        "evt_0123456789abc002_1",
        "dlv_0123456789abc002_1",
        "dlv_0123456789ABC002_1_0",
        "dlv_0123456789abc002_1_we_0123",
        "dlv_test_01ab_0",
        "dlv_0123456789abc002_1_0\n",
        "dlv_0123456789abc002_1_0#",
        "dlv_0123456789abc002_\u0661_0",
    ],
)
def test_what_is_no_delivery_id_leads_nowhere(text: str) -> None:
    assert addresses.parse(text) is None
