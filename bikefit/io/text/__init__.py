"""Delimited text and OpenSim tables: named columns of numbers."""
