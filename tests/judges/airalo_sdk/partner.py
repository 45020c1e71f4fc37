"""A partner of Airalo who knows nothing but its SDK: run with an interpreter that has it, against an address.

python partner.py ADDRESS CONTROL CLIENT_ID CLIENT_SECRET: prints a JSON list of [what was tried, what went wrong or ""].
"""

import json
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from airalo import Airalo
from airalo.constants.api_constants import ApiConstants
from airalo.exceptions.airalo_exception import AiraloException
from airalo.helpers.cached import Cached
from airalo.helpers.signature import Signature

MB = 1024**2


class Partner:
    """Tries one thing after another; what fails does not keep the rest from being tried."""

    def __init__(self, control: str, client_id: str, secret: str) -> None:
        self.control = control
        self.who = {"client_id": client_id, "client_secret": secret}
        self.secret = secret
        self.heard: list[tuple[str, bytes]] = []
        self.url = self.listen()
        self.iccid = ""
        self.package = ""

    def run(self) -> list[tuple[str, str]]:
        Cached.clear_cache()
        self.sdk = Airalo(self.who)
        names = [name for name in dir(self) if name.startswith("can_")]
        order = sorted(names, key=lambda name: getattr(type(self), name).__code__.co_firstlineno)
        return [(name.removeprefix("can_"), self.tried(name)) for name in order]

    def tried(self, name: str) -> str:
        try:
            getattr(self, name)()
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:500]
        return ""

    def can_list_everything(self) -> None:
        packages = self.sdk.get_all_packages(flat=True)["data"]
        assert len(packages) > 3_000, len(packages)
        kinds = {package["type"] for package in packages}
        assert kinds == {"sim", "topup"}, kinds
        for package in packages:
            for name in ("package_id", "price", "net_price", "day", "title", "countries", "operator"):
                assert package[name] not in (None, "", []), (package["package_id"], name)

    def can_list_without_topups(self) -> None:
        assert {p["type"] for p in self.sdk.get_sim_packages(flat=True)["data"]} == {"sim"}

    def can_list_local_and_global(self) -> None:
        assert all(one["country_code"] for one in self.sdk.get_local_packages()["data"])
        assert not any(one["country_code"] for one in self.sdk.get_global_packages()["data"])

    def can_list_a_country(self) -> None:
        (japan,) = self.sdk.get_country_packages("jp")["data"]
        assert japan["country_code"] == "JP"
        self.package = japan["operators"][0]["packages"][0]["id"]

    def can_list_a_part(self) -> None:
        assert len(self.sdk.get_all_packages(limit=3)["data"]) == 3

    def can_order(self) -> None:
        order = self.sdk.order(self.package, 1, "judge")["data"]
        (sim,) = order["sims"]
        self.iccid = sim["iccid"]
        assert order["description"] == "judge"
        assert sim["qrcode"] == f"LPA:1${sim['lpa']}${sim['matching_id']}"
        assert self.iccid in {line["iccid"] for line in self.world("/world/ledger")["lines"]}

    def can_order_many(self) -> None:
        orders = self.sdk.order_bulk({self.package: 2}, "judge bulk")
        assert len(orders[self.package]["data"]["sims"]) == 2

    def can_order_and_hear_of_it_later(self) -> None:
        accepted = self.sdk.order_async(self.package, 1, self.url, "judge async")["data"]
        signature, body = self.hears()
        told = json.loads(body)
        assert told["request_id"] == accepted["request_id"]
        assert told["sims"][0]["iccid"]
        assert Signature(self.secret).check_signature(signature, told)
        assert not Signature("another").check_signature(signature, told)

    def can_top_up(self) -> None:
        offers = self.sdk.get_sim_topups(self.iccid)["data"]
        bought = self.sdk.topup(offers[0]["id"], self.iccid, "judge")["data"]
        assert bought["type"] == "topup"
        Cached.clear_cache()
        history = self.sdk.get_sim_package_history(self.iccid)["data"]
        assert [one["package"]["id"] for one in history] == [offers[0]["id"], self.package]
        assert self.iccid in {refill["iccid"] for refill in self.world("/world/ledger")["refills"]}

    def can_read_usage(self) -> None:
        before = self.sdk.sim_usage(self.iccid)["data"]
        self.world("/world/usage", {"iccid": self.iccid, "used_bytes": 100 * MB})
        Cached.clear_cache()
        after = self.sdk.sim_usage(self.iccid)["data"]
        assert before["status"] == "NOT_ACTIVE", before
        assert after["status"] == "ACTIVE", after
        assert before["remaining"] - after["remaining"] == 100, (before, after)

    def can_read_usage_of_many(self) -> None:
        (found,) = self.sdk.sim_usage_bulk([self.iccid]).values()
        assert found["data"]["total"] > 0

    def can_read_instructions(self) -> None:
        found = self.sdk.get_installation_instructions({"iccid": self.iccid, "language": "en"})["data"]
        assert found["instructions"]["ios"]
        assert found["instructions"]["android"]

    def can_read_devices(self) -> None:
        for device in self.sdk.get_compatible_devices()["data"]:
            assert set(device) == {"model", "os", "brand", "name"}

    def can_be_refused_for_stock(self) -> None:
        self.refused(lambda: self.sdk.order("test-out-of-stock-7days-1gb", 1), '"code":34')

    def can_be_refused_for_credit(self) -> None:
        self.refused(lambda: self.sdk.order("test-insufficient-balance-7days-1gb", 1), '"code":11')

    def can_be_refused_for_a_package(self) -> None:
        self.refused(lambda: self.sdk.order("no-such-package", 1), "The selected package is invalid.")

    def can_be_refused_for_a_top_up(self) -> None:
        self.refused(lambda: self.sdk.topup(self.package, self.iccid), "invalid topup package")

    def can_be_refused_for_a_secret(self) -> None:
        Cached.clear_cache()
        self.refused(lambda: Airalo({**self.who, "client_secret": "guess"}), "Client authentication failed")

    def refused(self, act, words: str) -> None:
        try:
            act()
        except AiraloException as refusal:
            assert words in str(refusal), str(refusal)[:300]
        else:
            raise AssertionError(f"not refused with {words}")

    def world(self, path: str, body: dict | None = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(self.control + path, data, timeout=30) as answer:
            return json.load(answer)

    def hears(self) -> tuple[str, bytes]:
        end = time.monotonic() + 20
        while not self.heard:
            assert time.monotonic() < end, "no webhook came"
            time.sleep(0.05)
        return self.heard.pop()

    def listen(self) -> str:
        heard = self.heard

        class Ear(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                heard.append((self.headers["airalo-signature"], body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        server = HTTPServer(("127.0.0.1", 0), Ear)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"


if __name__ == "__main__":
    address, control, client, secret = sys.argv[1:]
    ApiConstants.PRODUCTION_URL = address
    print(json.dumps(Partner(control, client, secret).run()))
