@echo off
rem bikefit in a small window; closing the window ends it.
title bikefit
bikefit app
if errorlevel 1 pause
