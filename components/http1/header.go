package http1

import (
	"iter"
	"strings"
)

// A Field is one header field line: its name as it was written, and its value
// without the white space around it (RFC 9110 section 5.5).
type Field struct {
	Name, Value string
}

// Header is the header section of a message: its fields in the order they were
// sent, repeated names kept apart (RFC 9110 section 5.3). Names are compared
// without regard to case.
type Header []Field

// Get returns the value of the first field called name, or "".
func (h Header) Get(name string) string {
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			return h[i].Value
		}
	}
	return ""
}

// Has reports whether there is a field called name.
func (h Header) Has(name string) bool {
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			return true
		}
	}
	return false
}

// Values yields the value of every field called name, in order.
func (h Header) Values(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range h {
			if strings.EqualFold(h[i].Name, name) && !yield(h[i].Value) {
				return
			}
		}
	}
}

// Joined returns the values of all fields called name as one list, separated by
// ", " as RFC 9110 section 5.2 allows for every field but Set-Cookie.
func (h Header) Joined(name string) string {
	first, n := "", 0
	for v := range h.Values(name) {
		if n++; n == 1 {
			first = v
		}
	}
	if n < 2 {
		return first
	}
	all := make([]string, 0, n)
	for v := range h.Values(name) {
		all = append(all, v)
	}
	return strings.Join(all, ", ")
}

// Add appends a field.
func (h *Header) Add(name, value string) { *h = append(*h, Field{name, value}) }

// Set gives the first field called name the value and removes the others; it
// appends the field if there is none.
func (h *Header) Set(name, value string) {
	kept, found := (*h)[:0], false
	for _, f := range *h {
		switch {
		case !strings.EqualFold(f.Name, name):
			kept = append(kept, f)
		case !found:
			found = true
			kept = append(kept, Field{f.Name, value})
		}
	}
	*h = kept
	if !found {
		h.Add(name, value)
	}
}

// Del removes every field called name.
func (h *Header) Del(name string) {
	kept := (*h)[:0]
	for _, f := range *h {
		if !strings.EqualFold(f.Name, name) {
			kept = append(kept, f)
		}
	}
	*h = kept
}
