// Package components has the catalogue of all components below it: what each does, and its
// boxes. It is made from the code by this package's tests.
package components

import (
	_ "embed" // for the catalogue
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// An Entry of the catalogue is a component, or a function that returns one.
type Entry struct {
	Name    string   `json:"name"`             // with its package, such as "fileio.Writer"
	File    string   `json:"file"`             // where it is, below this folder
	Form    string   `json:"form"`             // type parameters, "[T any]"; a function's parameters and results
	Prefab  bool     `json:"prefab,omitempty"` // it is a function
	Brief   string   `json:"brief"`            // the first sentence of About
	About   string   `json:"about"`            // its comment
	Boxes   []Box    `json:"boxes,omitempty"`  // but for Control and Signal
	Made    []string `json:"made,omitempty"`   // functions that return it
	Signals bool     `json:"signals"`          // it has Control and Signal
}

// A Box of a component.
type Box struct {
	Name     string `json:"name"`
	In       bool   `json:"in,omitempty"` // an inbox
	Type     string `json:"type"`         // of its messages
	Many     bool   `json:"many,omitempty"`
	Optional bool   `json:"optional,omitempty"` // it may stay unlinked
	About    string `json:"about"`              // its comment: what its messages are
}

//go:embed catalogue.json
var catalogue []byte

// Catalogue returns all entries, by name.
func Catalogue() ([]Entry, error) {
	var all []Entry
	if err := json.Unmarshal(catalogue, &all); err != nil {
		return nil, fmt.Errorf("components: the catalogue: %w", err)
	}
	return all, nil
}

// Package is the name of the package that an entry belongs to.
func (e *Entry) Package() string {
	pkg, _, _ := strings.Cut(e.Name, ".")
	return pkg
}

// Short is an entry's name without its package.
func (e *Entry) Short() string {
	_, name, _ := strings.Cut(e.Name, ".")
	return name
}

// Write writes an entry as text for a terminal: its comment, and its boxes.
func (e *Entry) Write(w io.Writer) error {
	var sb strings.Builder
	if e.Prefab {
		fmt.Fprintf(&sb, "func %s%s\n", e.Name, e.Form)
	} else {
		fmt.Fprintf(&sb, "%s%s\n", e.Name, e.Form)
	}
	fmt.Fprintf(&sb, "\n%s\n", strings.TrimSpace(e.About))
	if rows := e.rows(); len(rows) > 0 {
		sb.WriteString("\nBoxes:\n\n")
		writeColumns(&sb, rows)
	}
	if e.Signals {
		sb.WriteString("\nand the inbox control and the outbox signal.\n")
	}
	for i, f := range e.Made {
		if i == 0 {
			sb.WriteString("\nMade by:\n\n")
		}
		fmt.Fprintf(&sb, "  func %s\n", f)
	}
	folder, _, _ := strings.Cut(e.File, "/")
	fmt.Fprintf(&sb, "\nFile components/%s; its fields and methods:\n\n  go doc github.com/kamaelia-go/kamaelia/components/%s %s\n", e.File, folder, e.Short())
	_, err := io.WriteString(w, sb.String())
	return err
}

// rows are the boxes of an entry as cells: direction, name, type, comment.
func (e *Entry) rows() (rows [][]string) {
	for _, b := range e.Boxes {
		direction := "outbox"
		if b.In {
			direction = "inbox"
		}
		rows = append(rows, []string{direction, b.label(), b.kind(), b.About})
	}
	return rows
}

func (b *Box) label() string {
	if b.Many {
		return b.Name + "[...]"
	}
	return b.Name
}

func (b *Box) kind() string {
	if b.Optional {
		return b.Type + ", optional"
	}
	return b.Type
}

// writeColumns writes rows so that their cells stand below each other.
func writeColumns(sb *strings.Builder, rows [][]string) {
	var widths [3]int
	for _, row := range rows {
		for i := range widths {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	for _, row := range rows {
		sb.WriteString("  ")
		for i, width := range widths {
			sb.WriteString(row[i] + strings.Repeat(" ", width-utf8.RuneCountInString(row[i])+2))
		}
		sb.WriteString(row[3] + "\n")
	}
}
