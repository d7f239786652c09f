package headers

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Editor changes the fields of responses by the rules of a Table.
//
//	*Response ──▶ [ Editor ] ──▶ *Response
//
// A response that no rule is for costs the look at its path, and no more.
type Editor struct {
	http1.ResponseFilter

	// Table has the rules.
	Table *Table

	path string // of the last request, and
	fit  []int  // the rules for it
}

var (
	_ http1.ResponseFilterPart = (*Editor)(nil)
	_ axon.Component           = (*Editor)(nil)
	_ axon.Validator           = (*Editor)(nil)
)

// Validate implements axon.Validator.
func (e *Editor) Validate() error {
	if e.Table == nil {
		return errors.New("headers: an Editor needs a Table")
	}
	return nil
}

// Main implements axon.Component.
func (e *Editor) Main(ctx context.Context) error {
	for resp := range e.Inbox.All(ctx) {
		e.edit(resp)
		if err := e.Pass(ctx, resp); err != nil {
			return err
		}
	}
	return nil
}

func (e *Editor) edit(resp *http1.Response) {
	for _, i := range e.rules(resp.Request.Path) {
		e.Table.rules[i].apply(resp)
	}
}

// rules returns which rules are for a path. Clients ask for the same one often.
func (e *Editor) rules(path string) []int {
	if e.fit == nil || e.path != path {
		if e.path = path; e.fit == nil {
			e.fit = make([]int, 0, len(e.Table.rules))
		}
		e.fit = e.fit[:0]
		for i := range e.Table.rules {
			if e.Table.rules[i].fits(path) {
				e.fit = append(e.fit, i)
			}
		}
	}
	return e.fit
}
