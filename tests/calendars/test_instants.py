"""Instants are exact, and read strictly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

import pendulum
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from civicflow.calendars import check_aware, from_micros, instant, span, to_micros
from civicflow.errors import InvalidInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
instants = st.datetimes(timezones=st.just(UTC))
wall_clock = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))
NAIVE = datetime(2026, 5, 1)
offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
local = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=offsets)


class TestMicroseconds:
    """Stored instants are integers, and nothing is lost on the way there and back."""

    @given(instants)
    @example(FIRST)
    @example(LAST)
    @example(EPOCH)
    def test_there_and_back(self, at: datetime) -> None:
        """Every instant of the years 1 to 9999 is one integer."""
        assert from_micros(to_micros(at)) == at
        assert from_micros(to_micros(at)).tzinfo is UTC

    @given(instants, instants)
    def test_integers_sort_as_instants(self, a: datetime, b: datetime) -> None:
        """Later is larger, and the difference is the time between, to the microsecond."""
        assert (to_micros(a) < to_micros(b)) is (a < b)
        assert timedelta(microseconds=to_micros(b) - to_micros(a)) == b - a

    @given(local)
    def test_one_instant_of_two_zones_is_one_integer(self, at: datetime) -> None:
        """Whatever clock it was read from."""
        assert to_micros(at) == to_micros(at.astimezone(UTC))

    @pytest.mark.parametrize("n", [to_micros(FIRST) - 1, to_micros(LAST) + 1, 10**30, -(10**30), 1.0, "1", True, None])
    def test_what_is_no_instant_is_refused(self, n: int) -> None:
        """Beyond the years 1 to 9999, or no whole number."""
        with pytest.raises(InvalidInput, match="whole number of microseconds"):
            from_micros(n)

    @pytest.mark.parametrize("at", [NAIVE, date(2026, 5, 1), None, 5])
    def test_without_a_zone_there_is_no_instant(self, at: datetime) -> None:
        """A naive time is refused, whether it is to be stored or used."""
        for act in (to_micros, check_aware):
            with pytest.raises(InvalidInput, match="datetime with a zone"):
                act(at)


class TestAware:
    """Inside, every instant is a plain `datetime` in UTC."""

    @given(local)
    def test_any_zone_becomes_utc(self, at: datetime) -> None:
        """The same instant, by the clock of UTC."""
        normal = check_aware(at)
        assert normal == at
        assert normal.tzinfo is UTC

    @given(instants)
    def test_utc_stays_the_very_object(self, at: datetime) -> None:
        """The common case costs nothing."""
        assert check_aware(at) is at

    def test_a_pendulum_time_becomes_a_plain_one(self) -> None:
        """Codecs and databases refuse pendulum's class, so it goes no further than our edge."""
        for at in (pendulum.datetime(2026, 5, 1, 8, tz="Asia/Shanghai"), pendulum.datetime(2026, 5, 1, tz="UTC")):
            normal = check_aware(at)
            assert type(normal) is datetime
            assert (normal, normal.tzinfo) == (datetime(2026, 5, 1, tzinfo=UTC), UTC)

    @given(local)
    @example(datetime(2243, 1, 1, 0, 0, 0, 1, tzinfo=UTC))
    def test_a_pendulum_time_is_taken_exactly(self, at: datetime) -> None:
        """Its own subtraction is a microsecond out in some years; ours is not."""
        assert to_micros(pendulum.instance(at)) == to_micros(at)
        assert check_aware(pendulum.instance(at)) == at

    @pytest.mark.parametrize(
        "at", [FIRST.replace(tzinfo=timezone(timedelta(hours=8))), LAST.replace(tzinfo=timezone(timedelta(hours=-8)))]
    )
    def test_the_ends_of_time_are_an_error_of_ours(self, at: datetime) -> None:
        """A time that has no year in UTC is malformed input, not an overflow."""
        for act in (to_micros, check_aware):
            with pytest.raises(InvalidInput, match="years 1 to 9999"):
                act(at)


class TestReading:
    """ISO 8601 text becomes an instant, or an error that shows the right form."""

    @given(local)
    @example(datetime(2026, 5, 1, tzinfo=timezone(-timedelta(minutes=30))))
    def test_what_python_writes_is_read_exactly(self, at: datetime) -> None:
        """To the microsecond, whatever the offset; the zone then says nothing more."""
        assert instant(at.isoformat()) == at
        assert instant(at.isoformat(), zone="America/New_York").tzinfo is UTC
        assert instant(at.isoformat(), zone="America/New_York") == at

    @pytest.mark.parametrize(
        "text",
        [
            "2026-05-01T08:30+08:00",
            "2026-05-01T08:30+0800",
            "2026-05-01T08:30+08",
            "2026-05-01T00:30Z",
            "2026-05-01T00:30:00Z",
            "2026-05-01T00:30:00.0Z",
            "2026-05-01T00:30:00,000000+00:00",
        ],
    )
    def test_the_forms_of_the_norm(self, text: str) -> None:
        """Seconds and decimals may be left out; an offset is Z, ±hh:mm, ±hhmm or ±hh."""
        assert instant(text) == datetime(2026, 5, 1, 0, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "now",
            "2026-05-01",
            "2026-05-01 08:30Z",
            "2026-05-01T08Z",
            "20260501T083000Z",
            "2026-W18-5T08:30Z",
            "2026-121T08:30Z",
            "26-05-01T08:30Z",
            "5/1/2026 08:30",
            "P1D",
            "2026-05-01T08:30/P1D",
            "2026-05-01T08:30:00.1234567Z",
            " 2026-05-01T08:30Z",
            "2026-05-01T08:30Z\n",
            "２０２６-05-01T08:30Z",
            "2026-05-01T08:30[Asia/Shanghai]",
            None,
            20260501,
        ],
    )
    def test_anything_else_is_refused_with_an_example(self, text: str) -> None:
        """Days, weeks, periods, guesses and decimals beyond a microsecond are no instants."""
        with pytest.raises(InvalidInput, match="ISO 8601") as caught:
            instant(text, zone="UTC")
        assert repr(text) in str(caught.value)

    @pytest.mark.parametrize(
        "text",
        [
            "2026-02-29T08:30Z",
            "2026-13-01T08:30Z",
            "2026-00-01T08:30Z",
            "0000-01-01T08:30Z",
            "2026-05-01T24:00Z",
            "2026-05-01T08:60Z",
            "2026-05-01T08:30:60Z",
            "2026-05-01T08:30+25:00",
        ],
    )
    def test_a_day_or_time_that_does_not_exist_is_refused(self, text: str) -> None:
        """No day is corrected into another."""
        with pytest.raises(InvalidInput, match="no such day or time of day"):
            instant(text)

    @pytest.mark.parametrize("text", ["0001-01-01T00:00+08:00", "9999-12-31T23:59-08:00"])
    def test_the_ends_of_time(self, text: str) -> None:
        """What has no year in UTC is refused like anything malformed."""
        with pytest.raises(InvalidInput, match="years 1 to 9999"):
            instant(text)

    def test_a_local_time_needs_its_place(self) -> None:
        """Nothing without an offset is taken for UTC."""
        with pytest.raises(InvalidInput, match="in which zone"):
            instant("2026-05-01T08:30")
        with pytest.raises(InvalidInput, match="no time zone is named"):
            instant("2026-05-01T08:30", zone="Atlantis")
        assert instant("2026-05-01T08:30", zone="Asia/Shanghai") == instant("2026-05-01T00:30Z")

    @given(wall_clock, st.sampled_from([0, 1]))
    def test_local_time_is_read_after_pep_495(self, at: datetime, fold: Literal[0, 1]) -> None:
        """The standard library's own rule, for every time and both folds."""
        expected = at.replace(tzinfo=ZoneInfo("America/New_York"), fold=fold).astimezone(UTC)
        assert instant(at.isoformat(), zone="America/New_York", fold=fold) == expected

    @pytest.mark.parametrize(
        ("text", "earlier", "later"),
        [
            ("2026-11-01T01:30", "2026-11-01T05:30Z", "2026-11-01T06:30Z"),  # shown twice: fold 0, fold 1
            ("2026-03-08T02:30", "2026-03-08T06:30Z", "2026-03-08T07:30Z"),  # skipped: fold 1, fold 0
        ],
    )
    def test_where_the_clock_was_changed_the_caller_decides(self, text: str, earlier: str, later: str) -> None:
        """A time shown twice is the earlier by default; a skipped one is moved past the jump by default."""
        readings = (instant(text, zone="America/New_York"), instant(text, zone="America/New_York", fold=1))
        assert sorted(readings) == [instant(earlier), instant(later)]
        assert (readings[0] < readings[1]) is (text == "2026-11-01T01:30")


class TestSpan:
    """How far one instant lies from another, for people."""

    @pytest.mark.parametrize(
        ("distance", "en", "zh"),
        [
            (timedelta(seconds=30), "in 30 seconds", "30秒钟后"),
            (timedelta(minutes=1), "in 1 minute", "1分钟后"),
            (timedelta(hours=5), "in 5 hours", "5小时后"),
            (timedelta(days=1), "in 1 day", "1天后"),
            (timedelta(days=1, hours=12), "in 2 days", "2天后"),
            (timedelta(days=12), "in 12 days", "12天后"),
            (timedelta(days=59, hours=11), "in 59 days", "59天后"),
            (timedelta(days=100), "in 3 months", "3个月后"),
            (timedelta(days=800), "in 2 years", "2年后"),
        ],
    )
    def test_it_says_what_people_would(self, distance: timedelta, en: str, zh: str) -> None:
        """Days before a deadline are counted, never rounded to weeks; both directions use the same words."""
        now = datetime(2026, 5, 1, tzinfo=UTC)
        assert (span(now, now + distance).en, span(now, now + distance).zh) == (en, zh)
        ago = span(now + distance, now)
        assert (ago.en, ago.zh) == (f"{en.removeprefix('in ')} ago", f"{zh.removesuffix('后')}前")

    def test_now_is_now(self) -> None:
        """The same instant, by whatever clock, is now."""
        now = datetime(2026, 5, 1, tzinfo=UTC)
        assert str(span(now, now.astimezone(ZoneInfo("Asia/Shanghai")))) == "now | 现在"

    @given(instants, instants)
    @example(FIRST, LAST)
    def test_any_two_instants_have_words(self, a: datetime, b: datetime) -> None:
        """Both languages, for every distance."""
        text = span(a, b)
        assert text.en
        assert text.zh

    def test_without_a_zone_there_is_no_distance(self) -> None:
        """A naive time is refused on either side."""
        now = datetime(2026, 5, 1, tzinfo=UTC)
        for pair in ((now, now.replace(tzinfo=None)), (now.replace(tzinfo=None), now)):
            with pytest.raises(InvalidInput, match="datetime with a zone"):
                span(*pair)
