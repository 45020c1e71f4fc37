"""A button that was sent once answers for ever: these bytes are of November 2026, and are never made anew."""

from __future__ import annotations

import pytest

import handlers
from bot.conversation import actions
from bot.conversation.actions import Seal

SEAL, CHAT = Seal(b"the key of a shop of 2026"), "tchat"
handlers.routers()
SENT = [
    "account:Fbdt2k9I8m4",
    "advert:no:ksfPz6TxiRt",
    "adverts:5ViE6_BpY_t",
    "android:0b8f3f0e-5d0c-4b7e-9f52-1c2b3a4d5e6f:yuj85q6UiqD",
    "c:JP:2:ImlJrZFfTwD",
    "claim:M12345678:HzvG80j2ynD",
    "complain:J8mHDoj7OwL",
    "complainus:fhh10B18egt",
    "contact:RevcprYbf7x",
    "ends:jp5gb30d:Aoxu8RIBQCP",
    "enough:UXFJFqvNcIq",
    "erase:NzHBcsFtH6J",
    "esim:0b8f3f0e-5d0c-4b7e-9f52-1c2b3a4d5e6f:vWSW4xS3i6L",
    "esims:YJe1rfcgpPp",
    "fit:jp5gb30d:yeY3-D7ZT-h",
    "giveback:M12345678:e97HyF5Wt-_",
    "help:ZLJv8eKlhnC",
    "ios:0b8f3f0e-5d0c-4b7e-9f52-1c2b3a4d5e6f:2Ny-N_rhlRm",
    "keep:2IZJR6i_la3",
    "languages:n_6i8ve-nQ9",
    "leaveit:kuNXqFL_QKC",
    "left:0b8f3f0e-5d0c-4b7e-9f52-1c2b3a4d5e6f:TjOJ_tfU5My",
    "m1:0b8f3f0e:jp5gb30d:TMS81VgxKVw",
    "m2:0b8f3f0e:jp5gb30d:-sLQx8_-sdf",
    "m3:0b8f3f0e:jp5gb30d:SK9B0yTRQjl",
    "mail:M12345678:YbIYmfMDcDs",
    "mine:Nhu0atM56st",
    "more:0b8f3f0e:Y9Nt5GTM0Eq",
    "mydata:9gtNSQGOwOM",
    "nomail:M12345678:bcsnJWFp49M",
    "noobject:E-BMMdtHTpt",
    "notme:K1234567:8oAXS9fAyP0",
    "now:jp5gb30d:fmv0sacnwGq",
    "object:p9XqYiH8g0y",
    "p:jp5gb30d:uK5CrwsMBzJ",
    "paper:1:PTx2DDceWFo",
    "papers:xAPL9YLBpwh",
    "pay:M12345678:52QZTaRD9gw",
    "person:ABf5z-YEOum",
    "policy:s4xOaylSeLv",
    "r:europe:2:7MTW1zrJgwr",
    "refund:M12345678:KVznQcTKSrd",
    "rest:k2fqKAHQTjU",
    "resting:vsOYhHY3vCs",
    "rights:xZYHdHLDVR3",
    "sendclaim:M12345678:KwEqBQR3Z0X",
    "since:today:OXt-9_XR4tL",
    "speak:fr:oA4SRK9QWUN",
    "star:M12345678:oWpEeAP7Y3k",
    "t:JP,KR:2:r7uzhgwDdl3",
    "tell:email:PibpVKzSE7-",
    "trouble:3rCBE8514yg",
    "unrest:gMC47iqaUkC",
    "unrest!:sEAyhTEDaF1",
    "unsure:jp5gb30d:sAgjQxODMSL",
    "untell:email:_p5nJMFmpYl",
    "wdname:M12345678:6pat3bOXLWd",
    "wdreply:M12345678:PuW__uRR15U",
    "withdraw:M12345678:8fiVSKM1OSd",
    "withdrawn:M12345678:JzNMC7MWMcH",
]


@pytest.mark.parametrize("data", SENT)
def test_a_button_of_last_year_still_means_something(data):
    meant = SEAL.open(data, CHAT)

    assert meant is not None
    assert SEAL.close(meant, CHAT) == data
    assert SEAL.open(data, "another") is None


def test_there_is_one_of_every_kind():
    assert len({data.split(":")[0] for data in SENT}) == len(SENT) >= 57


def test_nothing_can_be_added_to_what_a_button_says():
    assert all(SEAL.open(data[:-1] + ("A" if data[-1] != "A" else "B"), CHAT) is None for data in SENT)
    assert actions.read("no:such:action") is None
