package config

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"
)

// A writer writes YAML in block style. The library's encoder is not used: it
// writes some texts, such as a line end, so that they are not read back.
type writer struct{ text bytes.Buffer }

// write writes a value that begins on a line of its own.
func (w *writer) write(v any, indent int) {
	switch v := v.(type) {
	case yaml.MapSlice:
		for i, item := range v {
			if i > 0 {
				w.indent(indent)
			}
			w.text.WriteString(scalarText(item.Key) + ":")
			w.behind(item.Value, indent)
		}
	case []any:
		for i, one := range v {
			if i > 0 {
				w.indent(indent)
			}
			w.text.WriteString("- ")
			if !isBlock(one) {
				w.text.WriteString(inline(one) + "\n")
				continue
			}
			w.write(one, indent+2)
		}
	}
}

// behind writes the value of a key.
func (w *writer) behind(v any, indent int) {
	if !isBlock(v) {
		w.text.WriteString(" " + inline(v) + "\n")
		return
	}
	w.text.WriteByte('\n')
	w.indent(indent + 2)
	w.write(v, indent+2)
}

func (w *writer) indent(n int) { w.text.WriteString(strings.Repeat(" ", n)) }

// isBlock reports whether a value has lines of its own.
func isBlock(v any) bool {
	switch v := v.(type) {
	case yaml.MapSlice:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	return false
}

// inline is the text of a value that is no block.
func inline(v any) string {
	switch v.(type) {
	case yaml.MapSlice:
		return "{}"
	case []any:
		return "[]"
	}
	return scalarText(v)
}

// scalarText is the text of a scalar, in quotes if it could be taken for
// something else.
func scalarText(v any) string {
	s, ok := v.(string)
	if !ok {
		return fmt.Sprint(v)
	}
	plain := !token.IsNeedQuoted(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("/.:_-+$*^=() ", r))
	})
	if plain {
		return s
	}
	return strconv.Quote(s)
}
