package files

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// spelled writes spans as a Range field would: "0-4,9-12".
func spelled(spans []span) string {
	var s []string
	for _, p := range spans {
		s = append(s, fmt.Sprintf("%d-%d", p.first, p.last))
	}
	return strings.Join(s, ",")
}

const none = "unsatisfiable"

func TestParseRanges(t *testing.T) {
	for _, c := range []struct {
		name, value string
		size        int64
		want        string // "" if the field is ignored
	}{
		{"14.1.2 first 500", "bytes=0-499", 10000, "0-499"},
		{"14.1.2 second 500", "bytes=500-999", 10000, "500-999"},
		{"14.1.2 final 500", "bytes=-500", 10000, "9500-9999"},
		{"14.1.2 the rest", "bytes=9500-", 10000, "9500-9999"},
		{"14.1.2 first and last", "bytes=0-0,-1", 10000, "0-0,9999-9999"},
		{"14.1.2 first, middle and last 1000", "bytes= 0-999, 4500-5499, -1000", 10000, "0-999,4500-5499,9000-9999"},
		{"14.1.2 legal, not canonical, adjacent", "bytes=500-600,601-999", 10000, "500-999"},
		{"14.1.2 legal, not canonical, overlapping", "bytes=500-700,601-999", 10000, "500-999"},
		{"14.1.2 beyond the end", "bytes=9990-20000", 10000, "9990-9999"},
		{"14.1.2 suffix longer than all", "bytes=-20000", 10000, "0-9999"},
		{"14.1 unit in any case", "ByTeS=0-1", 100, "0-1"},
		{"14.2 unknown unit", "lines=0-1", 100, ""},
		{"no unit", "0-1", 100, ""},
		{"white space before =", "bytes =0-1", 100, ""},
		{"14.1.1 last before first", "bytes=5-4", 100, ""},
		{"one of them is invalid", "bytes=0-1,5-4", 100, ""},
		{"one of them is invalid, and beyond", "bytes=0-1,500-400", 100, ""},
		{"empty set", "bytes=", 100, ""},
		{"empty members alone", "bytes=,,", 100, ""},
		{"5.6.1.2 empty members", "bytes=,0-1, ,", 100, "0-1"},
		{"letters", "bytes=a-b", 100, ""},
		{"a letter after a huge number", "bytes=0-99999999999999999999x", 100, ""},
		{"a sign", "bytes=+1-2", 100, ""},
		{"two dashes", "bytes=--5", 100, ""},
		{"three numbers", "bytes=1-2-3", 100, ""},
		{"a dash alone", "bytes=-", 100, ""},
		{"no dash", "bytes=5", 100, ""},
		{"white space inside", "bytes=1 - 2", 100, ""},
		{"white space around", "bytes=0-1 ,\t99-99", 1000, "0-1,99-99"},
		{"hexadecimal", "bytes=0x1-0x2", 100, ""},
		{"leading zeros", "bytes=000-0005", 100, "0-5"},
		{"a last beyond all numbers", "bytes=5-99999999999999999999", 100, "5-99"},
		{"a first beyond all numbers", "bytes=99999999999999999999-", 100, none},
		{"both beyond all numbers", "bytes=99999999999999999999-99999999999999999998", 100, none},
		{"a suffix beyond all numbers", "bytes=-99999999999999999999", 100, "0-99"},
		{"int64's last", "bytes=9223372036854775807-", 100, none},
		{"a suffix of nothing", "bytes=-0", 100, none},
		{"beyond", "bytes=100-", 100, none},
		{"all beyond", "bytes=100-,200-300,-0", 100, none},
		{"one beyond", "bytes=100-,0-5", 100, "0-5"},
		{"the last byte", "bytes=99-", 100, "99-99"},
		{"the whole", "bytes=0-", 100, "0-99"},
		{"empty content", "bytes=0-", 0, ""},
		{"empty content, suffix", "bytes=-5", 0, ""},
		{"near, within 80 bytes", "bytes=0-0,80-80", 1000, "0-80"},
		{"not near", "bytes=0-0,82-82", 1000, "0-0,82-82"},
		{"near, the other way round", "bytes=80-80,0-0", 1000, "0-80"},
		{"the order asked for", "bytes=900-909,0-9,500-509", 1000, "900-909,0-9,500-509"},
		{"one joins two", "bytes=0-9,500-509,160-169,80-89", 1000, "0-169,500-509"},
		{"one joins two, in order", "bytes=500-509,160-169,0-9,80-89", 1000, "500-509,0-169"},
		{"more than the content", "bytes=0-60,0-60", 100, ""},
		{"as much as the content", "bytes=0-49,50-99", 100, "0-99"},
		{"four of four", "bytes=0-0,200-200,400-400,600-600", 1000, "0-0,200-200,400-400,600-600"},
		{"five of four", "bytes=0-0,200-200,400-400,600-600,800-800", 1000, ""},
		{"five of four, all the same", "bytes=0-0,0-0,0-0,0-0,0-0", 1000, ""},
		{"five of four, beyond", "bytes=0-0,2000-,3000-,4000-,5000-", 1000, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			spans, err := parseRanges(strings.Replace(c.value, "= ", "=", 1), c.size, 4)
			got := spelled(spans)
			if errors.Is(err, errUnsatisfiable) {
				got = none
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// FuzzRanges: whatever the field says, the spans lie within the content, do not
// touch, are no more than were allowed and no more bytes than there are; all
// that was asked for is in one of them; and what they spell is read back the same.
func FuzzRanges(f *testing.F) {
	for _, s := range []string{
		"bytes=0-499", "bytes=-500", "bytes=9500-", "bytes=0-0,-1", "bytes=5-4", "lines=1-2", "bytes=,0-1,,",
		"bytes=99999999999999999999-", "bytes=-0", "bytes=0-9,500-509,200-209,100-109", "bytes= 0-1", "bytes=0-,1-,2-",
	} {
		f.Add(s, int64(10000))
	}
	f.Fuzz(func(t *testing.T, value string, size int64) {
		if size < 0 {
			return
		}
		const most = 5
		spans, err := parseRanges(value, size, most)
		if err != nil && (!errors.Is(err, errUnsatisfiable) || spans != nil || size == 0) {
			t.Fatalf("%v, %v", spans, err)
		}
		if len(spans) > most {
			t.Fatalf("%d spans", len(spans))
		}
		var sum int64
		for i, s := range spans {
			if s.first < 0 || s.last < s.first || s.last >= size {
				t.Fatalf("%v in %d bytes", s, size)
			}
			sum += s.size()
			for _, other := range spans[:i] {
				if s.first-other.last <= nearby && other.first-s.last <= nearby {
					t.Fatalf("%v and %v", other, s)
				}
			}
		}
		if sum > size {
			t.Fatalf("%d bytes of %d", sum, size)
		}
		if spans == nil {
			return
		}
		for spec := range strings.SplitSeq(value[len("bytes="):], ",") {
			s, within, ok := parseSpec(strings.Trim(spec, " \t"), size)
			for _, got := range spans {
				if got.first <= s.first && s.last <= got.last {
					within = false
				}
			}
			if ok && within {
				t.Fatalf("%q is in none of %v", spec, spans)
			}
		}
		again, err := parseRanges("bytes="+spelled(spans), size, most)
		if err != nil || spelled(again) != spelled(spans) {
			t.Fatalf("%v, read back %v, %v", spans, again, err)
		}
	})
}
