"""The devices that the provider knows to take an eSIM, in its own shape."""

from __future__ import annotations

_DEVICES = """
ios Apple iPhone11,8|iPhone XR
ios Apple iPhone11,2|iPhone XS
ios Apple iPhone12,1|iPhone 11
ios Apple iPhone12,8|iPhone SE 2nd Gen
ios Apple iPhone13,2|iPhone 12
ios Apple iPhone14,5|iPhone 13
ios Apple iPhone14,7|iPhone 14
ios Apple iPhone15,4|iPhone 15
ios Apple iPhone17,3|iPhone 16
ios Apple iPad13,4|iPad Pro 11 inch 3rd Gen
android Samsung o1s|Galaxy S21 5G
android Samsung x1s|Galaxy S20 5G
android Samsung b2q|Galaxy Z Flip3 5G
android Samsung dm1q|Galaxy S23
android Samsung e1q|Galaxy S24
android Google redfin|Pixel 5
android Google oriole|Pixel 6
android Google panther|Pixel 7
android Google shiba|Pixel 8
android Google tokay|Pixel 9
android Oppo OP4F57L1|Find X3 Pro
android Motorola smith|motorola razr 5G
android Sharp JeridL|AQUOS sense4 lite
"""


def devices() -> list[dict[str, str]]:
    """The `data` of GET /compatible-devices-lite."""
    return [_device(line) for line in _DEVICES.strip().splitlines()]


def _device(line: str) -> dict[str, str]:
    os, brand, rest = line.split(" ", 2)
    model, _, name = rest.partition("|")
    return {"model": model, "os": os, "brand": brand, "name": name}
