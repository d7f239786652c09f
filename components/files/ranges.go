package files

import (
	"errors"
	"math"
	"strings"
)

// A span is a part of a content: the bytes from first to last, both included.
type span struct{ first, last int64 }

func (s span) size() int64 { return s.last - s.first + 1 }

// errUnsatisfiable says that none of the ranges lies within the content: 416.
var errUnsatisfiable = errors.New("files: no such range")

// nearby is how many bytes between two ranges cost less to send than another
// part's head does (RFC 9110 section 15.3.7.2).
const nearby = 80

// parseRanges reads the value of a Range field for a content of size bytes (RFC
// 9110 sections 14.1.2 and 14.2). It returns no span if the field is to be
// ignored: because it is malformed or of an unknown unit, because the content is
// empty, or because it is silly, with more ranges than most, or with ranges that
// add up to more than the content.
//
// Spans that overlap or are near each other are made one. Otherwise they keep
// the order in which they were asked for.
func parseRanges(value string, size int64, most int) ([]span, error) {
	unit, set, ok := strings.Cut(value, "=")
	if !ok || !strings.EqualFold(unit, "bytes") || size == 0 {
		return nil, nil
	}
	var spans []span
	var sum int64
	asked := 0
	for more := true; more; {
		var spec string
		spec, set, more = strings.Cut(set, ",")
		if spec = strings.Trim(spec, " \t"); spec == "" {
			continue // RFC 9110 section 5.6.1.2
		}
		s, within, ok := parseSpec(spec, size)
		if asked++; !ok || asked > most {
			return nil, nil
		}
		if !within {
			continue
		}
		if sum += s.size(); sum > size {
			return nil, nil
		}
		spans = join(spans, s)
	}
	if asked > 0 && len(spans) == 0 {
		return nil, errUnsatisfiable
	}
	return spans, nil
}

// parseSpec reads one range: "0-499", "500-" or "-500", the last 500 bytes. It
// reports whether a part of it is within the content, and whether it is
// well-formed.
func parseSpec(spec string, size int64) (s span, within, ok bool) {
	from, to, ok := strings.Cut(spec, "-")
	if !ok || from == "" && to == "" {
		return s, false, false
	}
	first, last := int64(0), size-1
	if from == "" {
		length, ok := parsePosition(to)
		return span{max(0, size-length), last}, length > 0, ok
	}
	if first, ok = parsePosition(from); !ok {
		return s, false, false
	}
	if to != "" {
		if last, ok = parsePosition(to); !ok || last < first {
			return s, false, false
		}
	}
	return span{first, min(last, size-1)}, first < size, true
}

// parsePosition reads a number of any length; one that is too large for an int64
// is as good as the largest.
func parsePosition(s string) (n int64, ok bool) {
	for i := range len(s) {
		digit := int64(s[i]) - '0'
		if digit < 0 || digit > 9 {
			return 0, false
		}
		if n > (math.MaxInt64-digit)/10 {
			n = math.MaxInt64
			continue
		}
		n = n*10 + digit
	}
	return n, s != ""
}

// join adds a span to others, of which no two are near each other. What it is
// near becomes one with it, at the place of the first of them.
func join(spans []span, s span) []span {
	place := -1
	kept := spans[:0]
	for _, other := range spans {
		if other.first-s.last > nearby || s.first-other.last > nearby {
			kept = append(kept, other)
			continue
		}
		s = span{min(s.first, other.first), max(s.last, other.last)}
		if place < 0 {
			place = len(kept)
			kept = append(kept, s)
		}
	}
	if place < 0 {
		return append(kept, s)
	}
	kept[place] = s
	return kept
}
