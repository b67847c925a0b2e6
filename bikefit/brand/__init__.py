"""A studio's brand: what its own file says of the head and the foot of its pages, checked before anything is drawn."""

from __future__ import annotations

from bikefit.brand.brand import Brand, load_brand
from bikefit.brand.logo import Logo

__all__ = ["Brand", "Logo", "load_brand"]
