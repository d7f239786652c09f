package config

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// A Duration is a span of time as it stands in a file: 90s, 1h30m, 7d, 1y, or
// off. Off is less than zero; so is 0s when it is written, since 0 is what has not
// been given and has its default.
type Duration time.Duration

// Off is the Duration and the Size of what is turned off.
const Off = -1

const day = 24 * time.Hour

// longer are the units that package time does not have.
var longer = []struct {
	name string
	unit time.Duration
}{{"y", 365 * day}, {"w", 7 * day}, {"d", day}}

var errDuration = errors.New("not a time such as 500ms, 10s, 1h30m, 7d or off")

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	s := string(text)
	if s == "off" {
		*d = Off
		return nil
	}
	var sum time.Duration
	rest := s
	for _, u := range longer { // whole numbers of these stand first
		number, after, ok := strings.Cut(rest, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(number, 10, 32)
		if err != nil || time.Duration(n) > (1<<63-1-sum)/u.unit {
			return errDuration
		}
		sum, rest = sum+time.Duration(n)*u.unit, after
	}
	if rest != "" {
		more, err := time.ParseDuration(rest)
		if err != nil || more < 0 || sum+more < 0 || rest[0] == '-' || rest[0] == '+' {
			return errDuration
		}
		sum += more
	} else if s == "" {
		return errDuration
	}
	if *d = Duration(sum); sum == 0 {
		*d = Off
	}
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String returns the shortest form that UnmarshalText reads.
func (d Duration) String() string {
	if d < 0 {
		return "off"
	}
	var s strings.Builder
	rest := time.Duration(d)
	for _, u := range longer {
		if n := rest / u.unit; n > 0 && u.name != "w" {
			s.WriteString(strconv.FormatInt(int64(n), 10) + u.name)
			rest %= u.unit
		}
	}
	if rest > 0 || s.Len() == 0 {
		short := rest.String()
		if strings.HasSuffix(short, "m0s") {
			short = strings.TrimSuffix(short, "0s")
		}
		if strings.HasSuffix(short, "h0m") {
			short = strings.TrimSuffix(short, "0m")
		}
		s.WriteString(short)
	}
	return s.String()
}
