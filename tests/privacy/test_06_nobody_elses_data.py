"""6: nobody else's canary is in a copy."""

from __future__ import annotations

from tests.privacy.canaries import LEFT_ALONE, seed
from tests.privacy.carried import carried
from tests.privacy.house import traveller


async def test_no_canary_of_another_customer_is_in_a_copy(each):
    ada, bob = await traveller(each, "ada"), await traveller(each, "bob")
    hers, his = await seed(each, ada), await seed(each, bob)

    folder = await carried(each, ada)

    text = folder.text
    assert [one for one in bob.plain if one in text] == []
    strays = [
        f"{table}.{column}"
        for table, columns in his.items()
        for column, value in columns.items()
        if column not in LEFT_ALONE
        and isinstance(value, str)
        and value != hers[table][column]
        and value in text
    ]
    assert strays == []
    assert bob.id not in text
    assert bob.paid.id not in text
