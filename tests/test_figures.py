"""What a figure must not do: bridge a gap, speak of hours after minutes, mix bars, hide laps."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from helpers.report_sessions import before_after, make_foot, make_session
from matplotlib.axes import Axes

from bikefit.analysis import trace_feet
from bikefit.comparison import compare_sessions
from bikefit.inspection import inspect_recording
from bikefit.model import Channel, SessionResult, StrokeColumns
from bikefit.report.draw import ride_charts
from bikefit.report.draw.foot_curves import foot_curves
from bikefit.report.draw.trace_plot import plot_traces, with_holes
from bikefit.report.pages.comparison_view import comparison_page
from bikefit.report.pages.fitter_view import session_view
from bikefit.report.pages.view import FigureView, PageView
from bikefit.sessions.session import Session
from bikefit.words import ENGLISH

SAMPLES = Path(__file__).parents[1] / "sample_data"


def figures(page: PageView) -> dict[str, FigureView]:
    return {section.id: section for section in page.sections if isinstance(section, FigureView)}


def with_a_pause(columns: StrokeColumns, from_stroke: int, seconds: float) -> StrokeColumns:
    """Return strokes with a pause in the middle."""
    late = np.arange(len(columns)) >= from_stroke
    return columns.changed(**{name: columns[name] + np.where(late, seconds, 0.0) for name in ("start_s", "end_s")})


def test_a_line_over_the_ride_breaks_at_a_pause() -> None:
    whole = make_foot("right", 2.0, strokes=400)
    paused = replace(whole, columns=with_a_pause(whole.columns, 200, 120.0))
    drawn = []
    for foot in (whole, paused):
        session = make_session(foot)
        (each,) = foot_curves(ENGLISH, session)
        span = session.recording.from_s, session.recording.to_s
        picture = ride_charts.over_ride(ENGLISH, each, (-5.0, 5.0), span).picture
        drawn.append([len(re.findall(f'class="{name}"', picture)) for name in ("thin", "area", "companion")])
    assert drawn == [[1, 1, 2], [2, 2, 4]]


def test_a_trend_per_hour_comes_with_its_error_and_not_from_a_short_ride() -> None:
    foot = make_foot("left", 2.0, strokes=400)
    short = replace(foot, rotation=replace(foot.rotation, trend_deg_per_h=math.nan))
    assert ride_charts.trend_words(ENGLISH, short) == "–"
    told = ride_charts.trend_words(ENGLISH, replace(foot, rotation=replace(foot.rotation, trend_deg_per_h=0.31)))
    value, error = re.fullmatch(r"\+(\d\.\d\d)° ± (\d+\.\d\d)°", told).groups()  # type: ignore[union-attr]
    assert value == "0.31"
    assert float(error) > 0.0


def test_thick_bars_are_intervals_and_say_so() -> None:
    session = figures(session_view(ENGLISH, make_session(make_foot("left", 2.6), make_foot("right", 0.3))))
    compared = figures(comparison_page(ENGLISH, before_after()))
    for figure in (session["options"], compared["before_after"]):
        for panel in figure.panels:
            assert 'class="whisker"' in panel.picture
            assert "95 % interval" in panel.picture
    for panel in session["against_cadence_rpm"].panels:
        assert 'class="whisker"' not in panel.picture
        assert "1 SD of strokes" in panel.picture


def test_the_cursor_reads_the_strokes_that_are_drawn() -> None:
    session = make_session(make_foot("left", 2.6, strokes=60), make_foot("right", 0.3, strokes=60))
    for each, panel in zip(
        foot_curves(ENGLISH, session),
        figures(session_view(ENGLISH, session))["over_crank"].panels,
        strict=True,
    ):
        assert panel.readout is not None
        fan = panel.readout.fan
        assert fan is not None
        assert panel.picture.count('class="single"') == len(fan.strokes) == len(fan.tenths)
        curves = session.feet[each.side].curves.heel_out_deg[fan.strokes]
        assert np.abs(curves - np.array(fan.tenths) / 10.0).max() <= 0.05 + 1e-9
        assert len(panel.readout.x) == curves.shape[1]
        assert fan.said == "stroke {n}: {a}"


# ---- inspect --plot -------------------------------------------------------------------------------------------


def test_laps_are_marked_and_both_feet_share_one_scale(tmp_path: Path, monkeypatch: Any) -> None:
    limits: list[tuple[float, float]] = []
    texts: list[str] = []
    set_ylim, annotate = Axes.set_ylim, Axes.annotate
    monkeypatch.setattr(
        Axes, "set_ylim", lambda self, *ends, **more: (limits.append(ends), set_ylim(self, *ends, **more))[1]
    )
    monkeypatch.setattr(
        Axes, "annotate", lambda self, text, *more, **told: (texts.append(text), annotate(self, text, *more, **told))[1]
    )
    found = inspect_recording(SAMPLES / "visit_helped_laps.fit")
    plot_traces(ENGLISH, found.recording, trace_feet(found.recording, Session()), tmp_path / "look.png")
    assert (tmp_path / "look.png").stat().st_size > 10_000
    shared = [ends for ends in limits if len(ends) == 2]
    assert len(shared) == 2
    assert shared[0] == shared[1]
    assert texts == [f"lap {lap.number}" for lap in found.recording.laps]


def test_a_trace_has_no_line_across_a_gap() -> None:
    time_s = np.r_[np.arange(0.0, 10.0, 0.01), np.arange(60.0, 70.0, 0.01)]
    broken_s, values = with_holes(time_s, np.ones(time_s.size))
    assert np.isnan(values).sum() == 2
    assert np.all(np.diff(broken_s) >= 0.0)
    assert not np.isnan(with_holes(time_s[:1000], np.ones(1000))[1]).any()


# ---- the pedal, a second witness --------------------------------------------------------------------------------


def with_pedal(session: SessionResult, offset_mm: float) -> SessionResult:
    """Return a session whose FIT file had a power pedal's figures of the right foot."""
    time_s = np.arange(60.0)
    channels = {
        "right_platform_offset_mm": offset_mm + 0.5 * np.sin(time_s),
        "right_power_phase_start_deg": np.where(time_s % 2 == 0, 350.0, 10.0),
        "right_power_phase_end_deg": np.full(60, 210.0),
    }
    return replace(session, companions={name: Channel(time_s, values) for name, values in channels.items()})


def test_platform_offset_and_power_phase_stand_beside_before_and_after() -> None:
    feet = [make_foot("right", mean, fitted=count, strokes=300) for mean, count in ((3.0, 0), (1.0, 2))]
    rides = [
        with_pedal(make_session(foot, name=f"ride_{number}.fit"), offset)
        for number, (foot, offset) in enumerate(zip(feet, (2.0, -1.5), strict=True))
    ]
    table = {item.id: item for item in session_view(ENGLISH, rides[0]).sections}["numbers"]
    assert ("Platform offset (pedal)", "+2.0 mm") in table.rows  # type: ignore[union-attr]
    told_apart = [
        replace(ride, recording=replace(ride.recording, sha256=f"{number:064d}")) for number, ride in enumerate(rides)
    ]
    compared = compare_sessions(told_apart)
    sections = {item.id: item for item in comparison_page(ENGLISH, compared).sections}
    recordings = sections["recordings-right"]
    assert [row[-2:] for row in recordings.rows] == [("+2.0 mm", "0° to 210°"), ("-1.5 mm", "0° to 210°")]  # type: ignore[union-attr]
    assert recordings.header[-2:] == ("Platform offset (pedal)", "Power phase (pedal)")  # type: ignore[union-attr]
    bare = {item.id: item for item in comparison_page(ENGLISH, before_after()).sections}["recordings-right"]
    assert len(bare.header) == 5  # type: ignore[union-attr]
