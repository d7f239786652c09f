package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Problem is something that is wrong with a configuration.
type Problem struct {
	// File is the file it is in, "" if the configuration was not read from one.
	File string

	// Line and Column say where, from 1; they are 0 if that is not known.
	Line, Column int

	// Path names the key, such as sites[0].root; "" is the whole.
	Path string

	// Err tells what is wrong.
	Err error

	// Missing says that the text is right, but that what it names is not there,
	// or not as it has to be: a directory, a file.
	Missing bool
}

// Error returns file:line:column: key: what is wrong, or as much of that as is
// known.
func (p *Problem) Error() string {
	var s strings.Builder
	if p.File != "" {
		s.WriteString(p.File + ":")
		if p.Line > 0 {
			fmt.Fprintf(&s, "%d:%d:", p.Line, p.Column)
		}
		s.WriteString(" ")
	}
	if p.Path != "" {
		s.WriteString(p.Path + ": ")
	}
	s.WriteString(p.Err.Error())
	return s.String()
}

// Unwrap returns Err.
func (p *Problem) Unwrap() error { return p.Err }

// Problems are all that is wrong with a configuration, in the order of the file.
type Problems []*Problem

// Error returns one line for each.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns them one by one.
func (p Problems) Unwrap() []error {
	errs := make([]error, len(p))
	for i, one := range p {
		errs[i] = one
	}
	return errs
}

// Missing reports whether there is nothing wrong but what is missing on this
// machine.
func (p Problems) Missing() bool {
	return !slices.ContainsFunc(p, func(one *Problem) bool { return !one.Missing })
}

// err returns the problems, sorted, as an error; nil if there are none. What is
// wrong with an option that several paths have from their site is told of once.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	told := map[string]bool{}
	return slices.DeleteFunc(p, func(one *Problem) bool {
		text := one.Error()
		again := told[text]
		told[text] = true
		return again
	})
}

// add notes an error that may be several joined ones.
func (p *Problems) add(at Problem, err error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			p.add(at, e)
		}
		return
	}
	if err != nil {
		at.Err = plain(err)
		*p = append(*p, &at)
	}
}

// each takes joined errors apart; nil is none.
func each(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// packages are those whose name an error may begin with.
var packages = regexp.MustCompile(`^(accesslog|auth|compress|errorpages|files|headers|http1|httpcache|listing|pipelines|redirect|secure|tcp|upload|webdav): `)

// plain takes the package's name off an error that a component's own check made:
// the key says as much, in the user's words.
func plain(err error) error {
	if name := packages.FindString(err.Error()); name != "" {
		return &worded{err.Error()[len(name):], err}
	}
	return err
}

type worded struct {
	text string
	err  error
}

func (w *worded) Error() string { return w.text }
func (w *worded) Unwrap() error { return w.err }
