package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Bounds of a file. Anchors could make a small file a huge configuration.
const (
	maxBytes  = 1 << 20
	maxValues = 1 << 17
	maxDepth  = 32
)

// A source tells where the values of a Config were read.
type source struct {
	file string
	dir  string // what relative paths in it are relative to
	at   map[string]position

	broken bool // it has mistakes
}

type position struct{ line, column int }

// Load reads a configuration from a file. Paths in it are relative to its
// directory. An error about what is in the file is a Problems, and reports all
// that can be said of the text alone: see Check for the rest.
func Load(file string) (*Config, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	c, err := Parse(file, text)
	if c != nil {
		c.source.dir = dir
	}
	return c, err
}

// Parse reads a configuration from text; name is what problems call the file.
// With an error that is a Problems there is a Config nevertheless, unless the
// text is no YAML: what could be understood, so that Check can look at that too.
func Parse(name string, text []byte) (c *Config, err error) {
	d := &decoder{source: &source{file: name, at: map[string]position{}}, anchors: map[string][]*ast.AnchorNode{}}
	defer func() {
		if r := recover(); r != nil { // the YAML library's, on what it never met
			c, err = nil, Problems{{File: name, Err: fmt.Errorf("cannot be read as YAML: %v", r)}}
		}
	}()
	if len(text) > maxBytes {
		return nil, Problems{{File: name, Err: fmt.Errorf("longer than %v", Size(maxBytes))}}
	}
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, Problems{syntax(name, err)}
	}
	c = &Config{source: d.source}
	for i, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case i > 0:
			d.problem("", doc.Body, "a second document: a configuration is one")
		default:
			ast.Walk(d, doc.Body)
			d.value("", doc.Body, reflect.ValueOf(c).Elem())
		}
	}
	d.broken = len(d.problems) > 0
	return c, d.problems.err()
}

// advice says what to do about the mistakes that people make most often. The YAML
// library may tell of the second where the text before it begins.
func advice(message string) string {
	switch {
	case strings.Contains(message, "'\t'"), strings.Contains(message, "tab character"):
		return ": YAML is indented by spaces, not by tabs"
	case strings.Contains(message, "mapping value is not allowed"):
		return ": keys of one group begin in the same column, and a text with a colon at its end, or one and a space, stands in quotes"
	}
	return ""
}

// syntax makes a problem of what the YAML library says.
func syntax(name string, err error) *Problem {
	p := &Problem{File: name, Err: err}
	var se *yaml.SyntaxError
	if errors.As(err, &se) {
		p.Err = errors.New(se.Message + advice(se.Message))
		if t := se.Token; t != nil && t.Position != nil {
			p.Line, p.Column = t.Position.Line, t.Position.Column
		}
	}
	return p
}
