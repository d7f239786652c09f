package process

import (
	"fmt"
	"strings"
	"testing"
)

// A line that is just as long as may be is one line, however its pieces come; a longer
// one is broken.
func TestLines_Longest(t *testing.T) {
	long := strings.Repeat("x", mostLine)
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"just as long", long + "\nb\n", []string{long, "b"}},
		{"just as long, and the last", long, []string{long}},
		{"just as long, and an empty one", long + "\n\nb", []string{long, "", "b"}},
		{"a byte more", long + "y\nb", []string{long, "y", "b"}},
		{"twice as long", long + long + "\nb", []string{long, long, "b"}},
	} {
		for _, size := range []int{1, mostLine - 1, mostLine, mostLine + 1, len(c.text)} {
			t.Run(fmt.Sprint(c.name, ", in pieces of ", size), func(t *testing.T) {
				var l Lines
				var got []string
				tell := func(line []byte) { got = append(got, string(line)) }
				for at := 0; at < len(c.text); at += size {
					l.Add([]byte(c.text[at:min(at+size, len(c.text))]), tell)
				}
				if l.End(tell); fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Errorf("%d lines, want %d", len(got), len(c.want))
				}
			})
		}
	}
}
