"""From markers on the shoes to each foot's trace."""

from bikefit.marker_geometry.traces import static_heel_out_deg, traces_from_markers

__all__ = ["static_heel_out_deg", "traces_from_markers"]
