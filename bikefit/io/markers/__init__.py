"""Marker trajectories: C3D and TRC files, and the settling of names, units and axes."""
