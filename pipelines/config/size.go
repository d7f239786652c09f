package config

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// A Size is a number of bytes as it stands in a file: 512, 64KiB, 10MB, or off.
// Off is less than zero, and what 0 is read as: see Duration.
type Size int64

// units are those of Size, the largest first. KB is a thousand, KiB 1024.
var units = []struct {
	name  string
	bytes int64
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"B", 1},
}

var errSize = errors.New("not a size such as 512, 64KiB, 10MB or off")

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Size) UnmarshalText(text []byte) error {
	if string(text) == "off" {
		*s = Off
		return nil
	}
	number, unit := string(text), int64(1)
	for _, u := range units {
		if n := len(number) - len(u.name); n >= 0 && strings.EqualFold(number[n:], u.name) {
			number, unit = strings.TrimRight(number[:n], " "), u.bytes
			break
		}
	}
	n, err := strconv.ParseUint(number, 10, 63)
	if err != nil || int64(n) > math.MaxInt64/unit {
		return errSize
	}
	if *s = Size(int64(n) * unit); n == 0 {
		*s = Off
	}
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String returns a form that UnmarshalText reads.
func (s Size) String() string {
	if s < 0 {
		return "off"
	}
	for _, u := range units[:4] {
		if s > 0 && int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// A Count is a number as it stands in a file: 100, or off. Off is less than zero,
// and what 0 is read as: see Duration.
type Count int

var errCount = errors.New("not a whole number such as 100, or off")

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Count) UnmarshalText(text []byte) error {
	if string(text) == "off" {
		*c = Off
		return nil
	}
	n, err := strconv.ParseUint(string(text), 10, 31)
	if err != nil {
		return errCount
	}
	if *c = Count(n); n == 0 {
		*c = Off
	}
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (c Count) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// String returns a form that UnmarshalText reads.
func (c Count) String() string {
	if c < 0 {
		return "off"
	}
	return strconv.Itoa(int(c))
}
