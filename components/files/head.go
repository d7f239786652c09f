package files

import (
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// render makes Head, once for each version of a file. The order of its lines is
// such that the shorter heads are ends of it.
func (e *Entry) render() {
	rule := e.tree.opts.rule(e)
	b := make([]byte, 0, 256)
	b = append(append(append(b, "Content-Type: "...), e.Type...), "\r\n"...)
	e.typed = len(b)
	if e.Coding != "" {
		b = append(append(append(b, "Content-Encoding: "...), e.Coding...), "\r\n"...)
	}
	if e.ranges {
		b = append(b, "Accept-Ranges: bytes\r\n"...)
	}
	e.brief = len(b)
	if !e.ModTime.IsZero() {
		b = http1.AppendDate(append(b, "Last-Modified: "...), e.ModTime)
		b = append(b, "\r\n"...)
	}
	b = append(append(append(b, "ETag: "...), e.ETag...), "\r\n"...)
	if e.of != nil || e.variants != nil {
		b = append(b, "Vary: Accept-Encoding\r\n"...)
	}
	if rule.control != "" {
		b = append(append(append(b, "Cache-Control: "...), rule.control...), "\r\n"...)
	}
	e.Head, e.expires = b, rule.expires
}

// A datedHead is a Head with Expires.
type datedHead struct {
	second int64 // of the answer
	head   []byte
}

// HeadAt returns Head, and behind it the Expires field of an answer at that
// time, if a rule says when the file expires. It is rendered once a second, for
// all who ask; the slice is shared like Head.
func (e *Entry) HeadAt(now time.Time) []byte {
	if e.expires == 0 {
		return e.Head
	}
	second := now.Unix()
	if d := e.dated.Load(); d != nil && d.second == second {
		return d.head
	}
	b := make([]byte, 0, len(e.Head)+len("Expires: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))
	b = append(append(b, e.Head...), "Expires: "...)
	b = http1.AppendDate(b, now.Add(e.expires))
	b = append(b, "\r\n"...)
	e.dated.Store(&datedHead{second, b})
	return b
}
