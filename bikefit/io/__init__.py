"""Reading recordings (and writing the few formats that the simulator's users need)."""
