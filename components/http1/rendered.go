package http1

import (
	"bytes"
	"iter"
	"strings"
	"unsafe"
)

// Fields yields the fields that a response has from its handler, in the order in
// which they are sent: those in Rendered, then those in Header. It does not
// allocate; the strings may be kept, and keep Rendered alive.
func (r *Response) Fields() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		// Nobody ever writes to Rendered, so that its bytes may be read as a string.
		lines := unsafe.String(unsafe.SliceData(r.Rendered), len(r.Rendered))
		for lines != "" {
			var line string
			line, lines, _ = strings.Cut(lines, "\n")
			if i := strings.IndexByte(line, ':'); i > 0 && !yield(Field{line[:i], strings.Trim(line[i+1:], " \t\r")}) {
				return
			}
		}
		for _, f := range r.Header {
			if !yield(f) {
				return
			}
		}
	}
}

// Field returns the value of the first field called name, be it in Rendered or in
// Header, or "".
func (r *Response) Field(name string) string {
	for f := range r.Fields() {
		if len(f.Name) == len(name) && strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Unrender takes what is in Rendered into Header, in front, where a filter can
// change it. The Header is a new one.
func (r *Response) Unrender() {
	if len(r.Rendered) == 0 {
		return
	}
	all := make(Header, 0, bytes.Count(r.Rendered, []byte{'\n'})+len(r.Header)+3)
	for f := range r.Fields() {
		all = append(all, f)
	}
	r.Header, r.Rendered = all, nil
}
