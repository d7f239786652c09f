package gateway

import "github.com/kamaelia-go/kamaelia/components/process"

// Lines takes what a program says on its standard error apart into lines of text.
// Its zero value is ready.
type Lines struct{ lines process.Lines }

// Write takes bytes, and calls tell with each line that is complete.
func (l *Lines) Write(b []byte, tell func(line string)) {
	l.lines.Add(b, func(line []byte) { tell(process.Text(line)) })
}

// End calls tell with the last line, if it has no end.
func (l *Lines) End(tell func(line string)) {
	l.lines.End(func(line []byte) { tell(process.Text(line)) })
}
