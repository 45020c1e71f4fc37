"""The phones, tablets and watches that the provider knows to take an eSIM, in its own shape."""

from __future__ import annotations

from typing import Any


def devices() -> list[dict[str, Any]]:
    """The `data` of GET /esim_enabled_devices."""
    return [
        _type("Phones", _APPLE, _SAMSUNG, _GOOGLE, _XIAOMI, _OPPO, _HUAWEI, _MOTOROLA, _HONOR, _SONY),
        _type("Tablets & laptops", _IPADS, _SURFACES, _ASUS, _LENOVO),
        _type("Smart watches", _WATCHES, _GALAXY_WATCHES),
    ]


_Brand = tuple[str, tuple[str, ...], str | None]

_APPLE: _Brand = (
    "Apple",
    (
        "iPhone XR",
        "iPhone XS",
        "iPhone XS Max",
        "iPhone 11",
        "iPhone 11 Pro",
        "iPhone 11 Pro Max",
        "iPhone SE (2020)",
        "iPhone SE (2022)",
        *(f"iPhone {n}{kind}" for n in (12, 13) for kind in (" mini", "", " Pro", " Pro Max")),
        *(f"iPhone {n}{kind}" for n in (14, 15, 16) for kind in ("", " Plus", " Pro", " Pro Max")),
        "iPhone 16e",
        "iPhone 17",
        "iPhone 17 Pro",
        "iPhone 17 Pro Max",
        "iPhone Air",
    ),
    "iPhones sold in mainland China have no eSIM, except the iPhone Air. Most from Hong Kong and Macau have none.",
)
_SAMSUNG: _Brand = (
    "Samsung",
    (
        *(f"Galaxy S{n}{kind}" for n in (20, 21, 22, 23, 24, 25) for kind in ("", "+", " Ultra")),
        *(f"Galaxy Z Fold{n}" for n in ("", 2, 3, 4, 5, 6, 7)),
        *(f"Galaxy Z Flip{n}" for n in ("", 3, 4, 5, 6, 7)),
        "Galaxy Note20",
        "Galaxy Note20 Ultra",
        "Galaxy A54 5G",
        "Galaxy A55 5G",
    ),
    "Galaxy S20 and S21 from the USA, and models from China, Hong Kong and Korea before 2022, have no eSIM.",
)
_GOOGLE: _Brand = (
    "Google",
    (
        "Pixel 3",
        "Pixel 3 XL",
        "Pixel 3a",
        "Pixel 4",
        "Pixel 4 XL",
        "Pixel 4a",
        "Pixel 5",
        "Pixel 5a",
        *(f"Pixel {n}{kind}" for n in (6, 7, 8, 9, 10) for kind in ("", " Pro")),
        *(f"Pixel {n}a" for n in (6, 7, 8, 9)),
        "Pixel Fold",
    ),
    "Pixel 3 from Australia, Japan and Taiwan, and from some US carriers, has no eSIM.",
)
_XIAOMI: _Brand = ("Xiaomi", ("12T Pro", "13", "13 Lite", "13 Pro", "13T", "14", "14 Pro", "14T", "15"), None)
_OPPO: _Brand = ("Oppo", ("Find X3 Pro", "Find X5", "Find X5 Pro", "Find N2 Flip", "Reno 6 Pro 5G"), None)
_HUAWEI: _Brand = ("Huawei", ("P40", "P40 Pro", "Mate 40 Pro"), "The P40 Pro+ has no eSIM.")
_MOTOROLA: _Brand = (
    "Motorola",
    ("Razr 2019", "Razr 5G", "Razr 40", "Razr 50", "Edge 40", "Edge 50 Pro"),
    None,
)
_HONOR: _Brand = ("Honor", ("Magic 4 Pro", "Magic 5 Pro", "Magic 6 Pro", "Magic V2", "90", "200"), None)
_SONY: _Brand = ("Sony", ("Xperia 1 IV", "Xperia 1 V", "Xperia 5 IV", "Xperia 5 V", "Xperia 10 IV"), None)
_IPADS: _Brand = (
    "Apple",
    (
        "iPad Pro 11 inch",
        "iPad Pro 12.9 inch",
        "iPad Air (3rd gen)",
        "iPad Air (4th gen)",
        "iPad mini (5th gen)",
    ),
    "Only models with Wi-Fi and cellular.",
)
_SURFACES: _Brand = ("Microsoft", ("Surface Pro X", "Surface Pro 9 5G", "Surface Duo 2"), None)
_ASUS: _Brand = ("ASUS", ("VivoBook Flip 14", "NovaGo", "Transformer Mini T103HAF"), None)
_LENOVO: _Brand = ("Lenovo", ("Yoga C630", "ThinkPad X1 Fold", "Flex 5G"), None)
_WATCHES: _Brand = ("Apple", ("Watch Series 6", "Watch Series 9", "Watch Ultra", "Watch Ultra 2"), None)
_GALAXY_WATCHES: _Brand = ("Samsung", ("Galaxy Watch4", "Galaxy Watch5", "Galaxy Watch6"), None)


def _type(name: str, *brands: _Brand) -> dict[str, Any]:
    return {"type": name, "brands": [_brand(*brand) for brand in brands]}


def _brand(title: str, models: tuple[str, ...], exceptions: str | None) -> dict[str, Any]:
    return {"title": title, "models": [f"{title} {model}" for model in models], "exceptions": exceptions}
