"""What people look at: sentences, drawings, pages in HTML, PDF and PNG, all from one result object."""

from __future__ import annotations

from bikefit.report.out.write import FORMATS, write_report
from bikefit.report.pages.sheet import Sheet

__all__ = ["FORMATS", "Sheet", "write_report"]
