package files

import (
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// head renders the field lines that are the same in every answer with e.
func (e *Entry) head() []byte {
	b := make([]byte, 0, 192)
	b = append(b, "Content-Type: "...)
	b = append(b, e.Type...)
	if !e.ModTime.IsZero() {
		b = append(b, "\r\nLast-Modified: "...)
		b = http1.AppendDate(b, e.ModTime)
	}
	b = append(b, "\r\nETag: "...)
	b = append(b, e.ETag...)
	return append(b, "\r\n"...)
}

// modTime returns what is said of a file's time of modification when it was
// looked at: see Entry.ModTime.
func modTime(m, looked time.Time) time.Time {
	if m.After(looked) {
		m = looked
	}
	if m.Unix() <= 1 {
		return time.Time{}
	}
	return time.Unix(m.Unix(), 0).UTC()
}
