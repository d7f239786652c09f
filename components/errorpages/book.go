package errorpages

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Book says which page is for which status. Any number of connections share
// one.
type Book struct{ paths [600]string }

// NewBook makes a Book of the paths of pages in a Tree, by status: "404", or "4xx"
// and "5xx" for those that have none of their own.
func NewBook(pages map[string]string) (*Book, error) {
	b := new(Book)
	var errs []error
	for _, status := range slices.SortedFunc(maps.Keys(pages), classesFirst) {
		path := pages[status]
		from, to, err := parseStatus(status)
		if err == nil && !strings.HasPrefix(path, "/") {
			err = fmt.Errorf("path %q does not begin with a slash", path)
		}
		if err != nil {
			errs = append(errs, &StatusError{status, err})
			continue
		}
		for i := from; i <= to; i++ {
			b.paths[i] = path
		}
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	return b, nil
}

// A StatusError tells what is wrong with the page for a status.
type StatusError struct {
	Status string // as it was given
	Err    error
}

// Error tells what is wrong.
func (e *StatusError) Error() string { return fmt.Sprintf("errorpages: %s: %v", e.Status, e.Err) }

// Unwrap returns Err.
func (e *StatusError) Unwrap() error { return e.Err }

// classesFirst puts "4xx" before "404", which takes the place of a part of it.
func classesFirst(a, b string) int {
	if x, y := strings.HasSuffix(a, "xx"), strings.HasSuffix(b, "xx"); x != y {
		return map[bool]int{true: -1, false: 1}[x]
	}
	return strings.Compare(a, b)
}

func parseStatus(s string) (from, to int, err error) {
	switch s {
	case "4xx":
		return 400, 499, nil
	case "5xx":
		return 500, 599, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 400 || n > 599 || len(s) != 3 {
		return 0, 0, errors.New("it is not a status from 400 to 599, nor 4xx or 5xx")
	}
	return n, n, nil
}

// path returns the page for a status, or "".
func (b *Book) path(status int) string {
	if status < 0 || status >= len(b.paths) {
		return ""
	}
	return b.paths[status]
}
