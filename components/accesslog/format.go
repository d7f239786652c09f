package accesslog

import (
	"fmt"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A Format is the form of a line. It does not change, and many Logs may share it.
type Format struct {
	text   string
	pieces []piece // nil: JSON
}

// A piece of a line is a text, or what a field makes of an exchange.
type piece struct {
	text  string
	field fieldFunc
	name  string // of a header field
}

// The formats that have a name.
var (
	// Common is the Common Log Format of NCSA httpd.
	Common = named("common", `{remote} - {user} [{time}] "{request}" {status} {bytes}`)
	// Combined is the Combined Log Format of Apache httpd.
	Combined = named("combined", `{remote} - {user} [{time}] "{request}" {status} {bytes} "{header:Referer}" "{header:User-Agent}"`)
	// JSON has one object a line.
	JSON = &Format{text: "json"}
)

// named makes a format of a template that is known to be right.
func named(name, template string) *Format {
	f, err := parse(template)
	if err != nil {
		panic(err)
	}
	f.text = name
	return f
}

// String returns what ParseFormat makes the Format of.
func (f *Format) String() string { return f.text }

// A FormatError says where a template is wrong.
type FormatError struct {
	Column  int // of the mistake, in bytes, from 1 on
	Mistake string
}

// Error names the place and the mistake.
func (e *FormatError) Error() string {
	return fmt.Sprintf("accesslog: format: column %d: %s", e.Column, e.Mistake)
}

// ParseFormat returns the format of a name, "common", "combined" or "json", or
// that of a template: a line in which {FIELD} stands for what is known of the
// exchange, {{ for a brace that opens and }} for one that closes. Fields lists
// them. An error is a *FormatError.
//
//	{remote} {status} {took} "{request}" {header:User-Agent}
func ParseFormat(text string) (*Format, error) {
	for _, f := range []*Format{Common, Combined, JSON} {
		if text == f.text {
			return f, nil
		}
	}
	return parse(text)
}

// parse reads a template.
func parse(text string) (*Format, error) {
	f := &Format{text: text}
	literal := []byte{}
	fields := 0
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case strings.HasPrefix(text[i:], "{{"), strings.HasPrefix(text[i:], "}}"):
			literal = append(literal, c)
			i += 2
		case c == '}':
			return nil, &FormatError{i + 1, "a brace closes that was not opened; }} stands for one"}
		case c == '{':
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return nil, &FormatError{i + 1, "this brace is not closed; {{ stands for one"}
			}
			p, mistake := field(text[i+1 : i+end])
			if mistake != "" {
				return nil, &FormatError{i + 2, mistake}
			}
			f.pieces = append(f.pieces, piece{text: string(literal)}, p)
			literal = literal[:0]
			fields++
			i += end + 1
		case c < ' ' && c != '\t':
			return nil, &FormatError{i + 1, fmt.Sprintf("a line holds no control character (0x%02x)", c)}
		default:
			literal = append(literal, c)
			i++
		}
	}
	if fields == 0 {
		return nil, &FormatError{1, fmt.Sprintf("%q is neither common, combined nor json, and names no {field}", text)}
	}
	f.pieces = append(f.pieces, piece{text: string(literal)})
	return f, nil
}

// append appends the line of an exchange.
func (f *Format) append(b []byte, x *http1.Exchange, ids bool) []byte {
	if f.pieces == nil {
		return appendJSON(b, x, ids)
	}
	for i := range f.pieces {
		p := &f.pieces[i]
		if p.field == nil {
			b = append(b, p.text...)
		} else {
			b = p.field(b, x, p.name)
		}
	}
	return append(b, '\n')
}
