package gateway

import (
	"bytes"
	"strings"
)

// Lines takes what a program says on its standard error apart into lines. Its
// zero value is ready.
type Lines struct{ held []byte }

// mostLine is the longest line, in bytes. A longer one is broken.
const mostLine = 4 << 10

// Write takes bytes, and calls tell with each line that is complete.
func (l *Lines) Write(b []byte, tell func(line string)) {
	for len(b) > 0 {
		line, rest, whole := bytes.Cut(b, []byte("\n"))
		if room := mostLine - len(l.held); len(line) >= room {
			line, rest, whole = b[:room], b[room:], true
		}
		l.held, b = append(l.held, line...), rest
		if whole {
			tell(plain(l.held))
			l.held = l.held[:0]
		}
	}
}

// End calls tell with the last line, if it has no end.
func (l *Lines) End(tell func(line string)) {
	if len(l.held) > 0 {
		tell(plain(l.held))
		l.held = l.held[:0]
	}
}

// plain makes a text of a line. Nobody is to be misled by what is in it: what is no
// text is replaced.
func plain(line []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(strings.TrimSuffix(string(line), "\r"), "\uFFFD"))
}
