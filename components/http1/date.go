package http1

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// errDate says that a date has none of the three formats.
var errDate = errors.New("http1: malformed date")

// ParseDate parses a date in any of the three formats of RFC 9110 section 5.6.7:
// IMF-fixdate, and the obsolete ones of RFC 850 and of C's asctime. A leap second
// is the one that follows it. The result is in UTC.
func ParseDate(s string) (time.Time, error) {
	if _, clock, _ := strings.Cut(s, ":"); strings.ContainsAny(clock, ".,") {
		return time.Time{}, errDate // package time takes fractions everywhere
	}
	if t, err := parseFormats(s); err == nil {
		return t, nil
	}
	before, after, leap := strings.Cut(s, ":60 ")
	if !leap {
		return time.Time{}, errDate
	}
	t, err := parseFormats(before + ":59 " + after)
	return t.Add(time.Second), err
}

func parseFormats(s string) (time.Time, error) {
	if t, err := time.Parse(http.TimeFormat, s); err == nil {
		return t, nil
	}
	if t, err := time.Parse(time.ANSIC, s); err == nil {
		return t, nil
	}
	// The layout takes any zone; HTTP knows GMT alone.
	t, err := time.Parse(time.RFC850, s)
	if err != nil || !strings.HasSuffix(s, " GMT") {
		return time.Time{}, errDate
	}
	return inCentury(t.UTC(), time.Now()), nil
}

// inCentury gives t, whose year is known by its last two digits only, the
// century that RFC 9110 section 5.6.7 says: a date that would be more than 50
// years in the future is the most recent one in the past.
func inCentury(t, now time.Time) time.Time {
	century := now.UTC().Year() / 100 * 100
	t = t.AddDate(century+t.Year()%100-t.Year(), 0, 0)
	if t.After(now.AddDate(50, 0, 0)) {
		t = t.AddDate(-100, 0, 0)
	}
	return t
}

const (
	dayNames   = "SunMonTueWedThuFriSat"
	monthNames = "JanFebMarAprMayJunJulAugSepOctNovDec"
)

// AppendDate appends t as IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110
// section 5.6.7). Its year should have four digits; fractions of a second are
// dropped.
func AppendDate(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	weekday := 3 * int(t.Weekday())
	first := 3 * int(month-1)

	dst = append(dst, dayNames[weekday:weekday+3]...)
	dst = append(dst, ',', ' ')
	dst = append(appendTwo(dst, day), ' ')
	dst = append(dst, monthNames[first:first+3]...)
	dst = append(dst, ' ')
	dst = appendTwo(dst, year/100%100)
	dst = append(appendTwo(dst, year%100), ' ')
	dst = append(appendTwo(dst, hour), ':')
	dst = append(appendTwo(dst, minute), ':')
	dst = appendTwo(dst, second)
	return append(dst, " GMT"...)
}

// appendTwo appends n, 0 to 99, as two digits.
func appendTwo(dst []byte, n int) []byte {
	return append(dst, byte('0'+n/10), byte('0'+n%10))
}
