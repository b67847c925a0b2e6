"""Every threshold and prior of the analysis in one frozen place.

A user changes them with ``--settings FILE.toml``; each result echoes them. The unit is in each name.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final


@dataclass(frozen=True)
class Settings:
    """Thresholds and priors, with defaults that suit most recordings.

    Attributes
    ----------
    cadence_min_rpm : float
        Slowest stroke that counts. Higher: slow grinding and starts are dropped.
    cadence_max_rpm : float
        Fastest stroke that counts. Lower: spin-ups are dropped.
    cadence_jump_ratio : float
        Largest change of cadence from the neighbouring strokes (median of five), as a ratio. Higher: wilder
        accelerations are kept.
    gap_max_s : float
        Longest hole in the samples that is bridged by interpolation. Higher: more strokes survive dropouts,
        with more invention.
    missing_max_share : float
        Largest share of missing samples in a stroke that is kept.
    spike_min_deg : float
        Smallest jump of a single sample, there and back, that is repaired as a spike. Lower: noise is smoothed away.
    shape_max_distance : float
        Largest robust distance of a stroke's curve from the median stroke. Higher: odder strokes are kept.
    flicker_min_deg : float
        Smallest sudden departure (a few samples) from the foot's own usual curve called marker flicker.
    flicker_sds : float
        And smallest in standard deviations of the curves' own noise. Higher: noisier strokes are kept.
    coasting_pace_share : float
        A stroke of which a tenth is passed slower than this share of `cadence_min_rpm` holds a coast. Lower: strokes
        with a hesitation are kept.
    backward_max_deg : float
        How far the crank may turn back within a stroke [deg] before it is backpedalling.
    unusable_max_share : float
        Largest share of samples that the source calls unusable (bends, rocking) in a stroke that is kept.
    rotation_still_deg : float
        A rotation that moves less than this within the stroke (RMS) is called still, not noise.
    pitch_rhythm_min_share : float
        Share of the power of the shoe's pitch at once a turn from which on the quality of a phase found in it grows
        from 0. Higher: what is not pedalling is refused sooner, and so is irregular pedalling.
    rotation_rhythm_min_share : float
        The same of the rotation itself.
    unsteadiness_max : float
        Change of duration from turn to turn (as a logarithm) that halves the quality of a phase found in the pitch or
        the rotation: pedalling has 0.004-0.04, noise 0.27-0.34. Lower: fewer irregular rides give a number.
    crank_backward_share : float
        A crank angle of which this much more runs backward than forward is called reversed.
    cadence_doubt_share : float
        A cadence channel stops steering the search for strokes where the search without it explains this much more
        of the signal's power. Higher: a wrong channel is believed longer.
    alternation_min_share : float
        Where every second turn of a rhythm differs by at least this share of the movement, two turns are one stroke.
        Lower: a trace that moves twice a stroke is separated from one that moves once in fainter cases. A crank angle
        whose half turns differ by less counts every second turn.
    crank_alternation_min_share : float
        Where every second turn of a crank angle differs by at least this share of the movement, it counts double.
    phases_apart_deg : float
        Spread between the phases of two references that is a finding, and from which on a crank angle is no longer
        believed: a real trial's crank and pitch are 5 deg apart, unrelated ones 100 or more.
    phases_apart_half_deg : float
        Spread between them that halves the quality, and from which on neither reference is taken for the other.
    toe_down_deg : float
        Crank angle at which the toe points down most; 285-311 in seated and standing riders.
    toe_down_tolerance_deg : float
        How far from it it may be before the crank angle is no longer believed: power and recovery phases are then
        withheld. Higher: cranks with another zero, or late, are believed.
    swapped_tolerance_deg : float
        How near half a turn from it the crank angle is taken for the other foot's. Higher: more wrong zeros count as
        swapped sides.
    samples_per_stroke_min : float
        Fewer samples a stroke than this: the outcome is undetermined.
    samples_per_stroke_warn : float
        Fewer samples a stroke than this: a finding.
    strokes_min : int
        Fewer used strokes than this: the outcome is undetermined.
    strokes_warn : int
        Fewer used strokes than this: a finding.
    dropped_warn_share : float
        A larger share of the strokes than this left out (coasting aside) is a warning.
    cadence_apart_ratio : float
        A stroke's cadence may differ from the recorded one by this ratio.
    cadence_apart_max_share : float
        More strokes than this beyond that ratio are a finding. Higher: channels that are wrong for a while pass.
    quality_min : float
        Smallest quality of a foot (0-1, share of the trace's power at the stroke's harmonics, or how regular the
        reference is) that still gives a number. Higher: more recordings end as "cannot tell".
    zero_sd_deg : float
        Standard deviation of the zero itself (mounting, placing): it widens the excess. Higher: fewer wedges.
    zero_sd_recovery_deg : float
        The same where the recovery phase serves as neutral.
    zero_sd_shoe_sensor_deg : float
        The same for the pose of a shoe sensor.
    zero_sd_static_deg : float
        The same where a standing still trial serves as neutral: no two stances are quite the same.
    neutral_band_deg : float
        An excess up to this is left alone. Higher: fewer wedges.
    neutral_confidence : float
        If the excess's interval at this confidence holds neutral, it is left alone. Higher: fewer wedges.
    response_mean : float
        Prior mean of the response [deg heel-in per deg of varus cant]. An assumption.
    response_sd : float
        Prior standard deviation of the response. Higher: smaller first counts.
    between_left_on_deg : float
        What two recordings of one foot at one count differ by with the sensors left on: median of the prior of that
        standard deviation [deg]. Higher: wider intervals, fewer changes count as seen.
    between_remounted_deg : float
        The same after taking sensors or markers off and on again.
    between_laps_deg : float
        The same for laps or sections of one recording.
    between_log_sd : float
        Standard deviation of its logarithm. Higher: the recordings themselves count for more in it; 0: it is known.
    drift_sd_deg : float
        Drift of a foot from one recording to the next that is thought possible (standard deviation) [deg]. Higher:
        more recordings are needed before a change counts as seen, and repeating the baseline is worth more.
    worthwhile_deg : float
        Another recording, or a wedge whose effect was not seen, that is expected to bring the heel less than this
        closer to neutral [deg] is not asked for. Higher: fewer recordings and fewer wedges.
    drift_warn_deg_per_h : float
        Trend of the rotation over the ride that is worth a finding.
    trend_min_s : float
        Shorter rides have no trend per hour.
    level_change_min_deg : float
        Steps or drift of the level by this much within the ride are reported and lie inside the interval. Lower: more
        rides have wide intervals.
    level_change_max_deg : float
        By more than this within the ride no foot changes its level: the outcome is undetermined.
    level_change_errors : float
        And only where it is this many times its own standard error. Lower: more rides have wide intervals.
    level_min_share : float
        A level that holds a smaller share of the strokes than this is an episode that the mean hardly feels. Higher:
        fewer steps are reported.
    level_min_strokes : int
        And one of fewer strokes than this. Higher: the same.
    zero_apart_warn_deg : float
        A foot further than this from its zero is a warning.
    zero_apart_max_deg : float
        No foot is further than this from its zero: the outcome is undetermined.
    range_max_deg : float
        No foot turns by more than this within a stroke: the outcome is undetermined.
    range_min_deg : float
        Every foot turns by more than this within a stroke: below it the outcome is undetermined.
    drift_warn_errors : float
        And only where it is this many times its own standard error. Higher: fewer drifts are reported.
    drift_warn_min_deg : float
        And only where it moves the foot at least this far over the ride.
    float_stop_strokes_min : int
        Fewer strokes cannot say where they all stop.
    float_stop_near_deg : float
        A foot is at the float's end within this.
    float_stop_varies_deg : float
        The opposite ends of the strokes must vary at least this much to show that the others do not.
    float_stop_sharp_share : float
        The strokes' furthest angles vary less than this share of what the opposite ends vary where a stop holds them.
        Higher: more feet are said to rest at a stop.
    float_stop_dwell_ratio : float
        A stop holds the foot for this much longer than a free movement of the same range stays at its top. Lower: more
        feet are said to rest at a stop.
    float_stop_dwell_more_share : float
        And for this share of the turn more. Lower: the same.
    float_stop_margin_deg : float
        A foot that moves within this of the whole stated float reaches its ends.
    posture_apart_deg : float
        Standing tips the shoe's mean pitch toe-down by at least this much: 45 deg on average in a standing trial, where
        seated riders have 15-25. Higher: standing is distinguished from sitting in fewer rides.
    posture_apart_sds : float
        And by this many standard deviations of the strokes within either posture.
    posture_strokes_min : int
        Fewer strokes than this are not a posture. Higher: short spells of standing count as seated.
    compare_other_day_h : float
        Recordings this far apart in time are asked about their sensors.
    compare_cadence_ratio : float
        Recordings whose cadences differ by more than this ratio are a finding: riding turns the foot too.
    compare_power_ratio : float
        The same of their powers.
    order_confounded_correlation : float
        Wedges and the order of the recordings that go together more than this (0-1) are a finding, and the baseline is
        asked for once more. Higher: fewer are asked for it.
    response_bent_probability : float
        Both that the wedges act and that their effect bends must be this likely before it is doubted. Higher: fewer
        are doubted.
    response_bent_share : float
        And one stretch of counts must do less than this share of what the other does, per degree. Lower: the same.
    response_moved_sd_share : float
        The recordings, and not the assumption, tell the response where its standard deviation falls to this share of
        the prior's. Lower: more counts are said to rest on the assumption.
    response_moved_sds : float
        Or where its mean moves by this many of them. Higher: the same.
    crank_length_m : float
        Crank length that a shoe sensor's path is expected to show [m].
    crank_length_sd_m : float
        How sure that is [m]. Lower: the crank length is taken as given instead of being estimated.
    crank_min_mm : float
        Markers: smallest radius of a circle that is a pedal's.
    crank_max_mm : float
        Markers: largest radius of a circle that is a pedal's.
    pedal_circle_misfit_mm : float
        Markers: a shoe of which no point keeps its distance from a centre within this (standard deviation) is not on a
        pedal, and gives no count. Higher: poorer markers, and at last other motions, are taken for pedalling.
    pedal_circle_max_share : float
        Markers: a sample further from the circle than this share of its radius has no crank angle.
    shoe_length_max_share : float
        Markers: a sample in which heel and toe are further apart or nearer than usual by more than this share has a
        mistaken marker. Higher: more such samples are kept.
    shoe_apart_max_share : float
        Markers: a shoe with such samples in more than this share of the recording gives no count. Higher: more numbers
        from markers whose labels are mixed up.
    bike_axis_apart_min_deg : float
        Markers: a pedalling plane further than this from the file's axes turns them. Higher: a bike that stood askew
        is measured along the file's axes, wrong by as much.
    bike_axis_apart_max_deg : float
        Markers: further than this it is no pedalling plane, and the file's axes stand.
    marker_level_mm : float
        Markers: heel and toe up to this apart in height count as level; beyond, the angle is corrected or warned of.
    stance_still_mm : float
        Markers: a standing shoe moves less than this (standard deviation); else the still trial is not used.
    stance_flat_deg : float
        Markers: a standing shoe is level within this; else the still trial is not used.
    references_apart_warn_deg : float
        Shoe sensor: a larger disagreement of the pedalling's plane and axis about a change is a finding.
    turning_max_deg_s : float
        Shoe sensor: strokes while the bike turns faster than this are dropped. Higher: more bends are kept.
    rocking_max_deg : float
        Shoe sensor: strokes while the bike leans by more than this in time with the crank are dropped. Higher: rocking
        and standing are kept, with an angle that is wrong by more than a degree per degree.
    zero_turn_max_deg : float
        Shoe sensor: furthest that the bike may have turned between the still pose and steady pedalling. Higher: more
        poses give a zero, wrong by as much as the bike turned.
    zero_bend_max_deg : float
        Shoe sensor: furthest that the bike's heading in the first half minute may lie off one line. Higher: the same.
    zero_way_max_m : float
        Shoe sensor: furthest (RMS) that the way from pose to pedalling may lie off the crank's circle, the sensor's
        errors allowed for [m]. Higher: a foot that stood on the ground may give a zero.
    pose_turn_max_deg : float
        Shoe sensor: furthest that a clipped-in foot is believed to turn between pose and pedalling, on average.
        Higher: a foot that stood on the ground may give a zero.
    carried_round_min_share : float
        Shoe sensor: a path rounder than this (0-1, 1 = a circle passed at an even pace) is a pedal's. Lower: other
        motions are taken for pedalling.
    pose_still_deg_s : float
        Shoe sensor: in a still pose the gyroscope varies less than this (standard deviation). Higher: restless feet
        give a zero too.
    pose_still_m_s2 : float
        The same of the accelerometer.
    pose_moved_deg_s : float
        Shoe sensor: a pose that was named and in which the gyroscope varies more than this is refused.
    pose_to_pedalling_max_s : float
        Shoe sensor: longest time between a still pose and pedalling. Higher: more poses give a zero, by a heading that
        drifted meanwhile.
    mounting_heading_max_deg : float
        Shoe sensor: a pose from which the shoe would pedal turned by more than this gives no zero. Higher: poses of a
        foot that stood otherwise count.
    mounting_roll_max_deg : float
        The same of a shoe that would pedal rolled.
    mounting_pitch_max_deg : float
        The same of its pitch.
    lag_min_s : float
        Shoe sensor: smallest lag between gyroscope and accelerometer that is put right [s].
    lag_max_s : float
        Shoe sensor: largest such lag that is looked for [s].
    gyroscope_clipped_max_share : float
        Shoe sensor: largest share of the motion (0-1) with the gyroscope at the end of its range that gives a number.
    accelerometer_clipped_max_share : float
        The same for the accelerometer.
    clipped_min_share : float
        Shoe sensor: a channel at the end of its range for a larger share of the motion (0-1) than this is called
        clipped: its peaks are bridged and the interval is wider. Higher: more flat peaks are taken as they are.
    clipped_sd_deg : float
        Shoe sensor: what a clipped channel adds to the standard deviation of the zero. Higher: fewer wedges.
    mended_sd_deg : float
        Shoe sensor: the same of held values, jittering stamps or a lag that were put right.
    rocking_sd_share : float
        Shoe sensor: what a bike that leans in time with the crank adds to it, per degree of the lean.
    stuck_sd_deg : float
        Shoe sensor: what a channel with a stuck axis adds to it.
    dent_sd_deg_m : float
        Shoe sensor: what a pedal's path that is off its circle adds to it, per metre (RMS).
    lone_reading_deg_s : float
        Shoe sensor: a single reading of the gyroscope this far from the mean of two neighbours that agree is false and
        bridged [deg/s]. Higher: more single readings turn the angle.
    lone_reading_m_s2 : float
        The same for the accelerometer [m/s^2].
    still_swing_max_deg : float
        A foot that goes further to and fro than this in a still trial or stretch does not stand still: its angle there
        is a poor neutral, with half of that as its standard deviation at least [deg]. Higher: fewer are doubted.
    upside_down_min_share : float
        Shoe sensor: a z axis that points down by more than this (0-1, 1 = straight down) sits upside down or counts
        downwards: no number. Less than this either way, nobody can say which. Higher: more such sensors give a number.
    """

    cadence_min_rpm: float = 30.0
    cadence_max_rpm: float = 160.0
    cadence_jump_ratio: float = 1.35
    gap_max_s: float = 0.1
    missing_max_share: float = 0.2
    spike_min_deg: float = 8.0
    shape_max_distance: float = 6.0
    flicker_min_deg: float = 0.8
    flicker_sds: float = 7.0
    coasting_pace_share: float = 0.5
    backward_max_deg: float = 20.0
    unusable_max_share: float = 0.1
    rotation_still_deg: float = 0.02
    pitch_rhythm_min_share: float = 0.7
    rotation_rhythm_min_share: float = 0.55
    unsteadiness_max: float = 0.08
    crank_backward_share: float = 0.8
    cadence_doubt_share: float = 0.25
    alternation_min_share: float = 0.05
    crank_alternation_min_share: float = 0.3
    phases_apart_deg: float = 30.0
    phases_apart_half_deg: float = 60.0
    toe_down_deg: float = 300.0
    toe_down_tolerance_deg: float = 60.0
    swapped_tolerance_deg: float = 40.0
    samples_per_stroke_min: float = 10.0
    samples_per_stroke_warn: float = 20.0
    strokes_min: int = 10
    strokes_warn: int = 30
    dropped_warn_share: float = 0.2
    cadence_apart_ratio: float = 1.1
    cadence_apart_max_share: float = 0.3
    quality_min: float = 0.4
    zero_sd_deg: float = 0.8
    zero_sd_recovery_deg: float = 1.5
    zero_sd_shoe_sensor_deg: float = 1.5
    zero_sd_static_deg: float = 2.0
    neutral_band_deg: float = 1.0
    neutral_confidence: float = 0.8
    response_mean: float = 0.25
    response_sd: float = 0.5
    between_left_on_deg: float = 0.4
    between_remounted_deg: float = 0.8
    between_laps_deg: float = 0.25
    between_log_sd: float = 0.5
    drift_sd_deg: float = 0.3
    worthwhile_deg: float = 0.15
    drift_warn_deg_per_h: float = 1.0
    trend_min_s: float = 1200.0
    level_change_min_deg: float = 1.0
    level_change_max_deg: float = 5.0
    level_change_errors: float = 4.0
    level_min_share: float = 0.05
    level_min_strokes: int = 12
    zero_apart_warn_deg: float = 15.0
    zero_apart_max_deg: float = 30.0
    range_max_deg: float = 25.0
    range_min_deg: float = 0.25
    drift_warn_errors: float = 3.0
    drift_warn_min_deg: float = 0.3
    float_stop_strokes_min: int = 25
    float_stop_near_deg: float = 0.15
    float_stop_varies_deg: float = 0.15
    float_stop_sharp_share: float = 0.4
    float_stop_dwell_ratio: float = 1.2
    float_stop_dwell_more_share: float = 0.03
    float_stop_margin_deg: float = 0.7
    posture_apart_deg: float = 8.0
    posture_apart_sds: float = 4.0
    posture_strokes_min: int = 5
    compare_other_day_h: float = 6.0
    compare_cadence_ratio: float = 1.15
    compare_power_ratio: float = 1.25
    order_confounded_correlation: float = 0.8
    response_bent_probability: float = 0.8
    response_bent_share: float = 1.0 / 3.0
    response_moved_sd_share: float = 0.8
    response_moved_sds: float = 0.5
    crank_length_m: float = 0.1725
    crank_length_sd_m: float = 0.004
    crank_min_mm: float = 80.0
    crank_max_mm: float = 220.0
    pedal_circle_misfit_mm: float = 12.0
    pedal_circle_max_share: float = 0.2
    shoe_length_max_share: float = 0.1
    shoe_apart_max_share: float = 0.25
    bike_axis_apart_min_deg: float = 1.0
    bike_axis_apart_max_deg: float = 50.0
    marker_level_mm: float = 3.0
    stance_still_mm: float = 10.0
    stance_flat_deg: float = 15.0
    references_apart_warn_deg: float = 0.5
    turning_max_deg_s: float = 2.0
    rocking_max_deg: float = 1.5
    zero_turn_max_deg: float = 2.0
    zero_bend_max_deg: float = 1.0
    zero_way_max_m: float = 0.0015
    pose_turn_max_deg: float = 12.5
    carried_round_min_share: float = 0.45
    pose_still_deg_s: float = 1.5
    pose_still_m_s2: float = 0.4
    pose_moved_deg_s: float = 3.0
    pose_to_pedalling_max_s: float = 30.0
    mounting_heading_max_deg: float = 20.0
    mounting_roll_max_deg: float = 25.0
    mounting_pitch_max_deg: float = 50.0
    lag_min_s: float = 0.008
    lag_max_s: float = 0.12
    gyroscope_clipped_max_share: float = 0.25
    accelerometer_clipped_max_share: float = 0.5
    clipped_min_share: float = 0.001
    clipped_sd_deg: float = 2.0
    mended_sd_deg: float = 0.5
    rocking_sd_share: float = 1.3
    stuck_sd_deg: float = 10.0
    dent_sd_deg_m: float = 200.0
    lone_reading_deg_s: float = 100.0
    lone_reading_m_s2: float = 30.0
    still_swing_max_deg: float = 1.5
    upside_down_min_share: float = 0.35

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as a plain dict, in the order of their declaration.

        Returns
        -------
        dict
            Name -> value.
        """
        return {item.name: getattr(self, item.name) for item in fields(self)}


SIGNED: Final = ("response_mean",)
"""Settings that may be negative."""
DEFAULTS: Final = Settings()
"""What holds where nothing else is said."""
