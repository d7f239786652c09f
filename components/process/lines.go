package process

import (
	"bytes"
	"strings"
)

// mostLine is the longest line, in bytes. A longer one is broken.
const mostLine = 4 << 10

// Lines takes what a program says apart into lines. Its zero value is ready.
type Lines struct{ held []byte }

// Add takes the next piece, and calls f with each line that is complete, without
// its end. The slice is f's until it returns.
func (l *Lines) Add(b []byte, f func(line []byte)) {
	for len(b) > 0 {
		line, rest, whole := bytes.Cut(b, []byte("\n"))
		if room := mostLine - len(l.held); len(line) > room {
			line, rest, whole = b[:room], b[room:], true
		}
		l.held, b = append(l.held, line...), rest
		if whole {
			f(l.held)
			l.held = l.held[:0]
		}
	}
}

// End calls f with the last line, if that has no end.
func (l *Lines) End(f func(line []byte)) {
	if len(l.held) > 0 {
		f(l.held)
		l.held = nil
	}
}

// Text makes a line fit to be logged. Nobody is to be misled by what is in it:
// what is no text is replaced.
func Text(line []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(strings.TrimSuffix(string(line), "\r"), "\uFFFD"))
}
