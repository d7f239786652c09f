package redirect

import (
	"context"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Rewrite changes the path of requests that match a rule, before a router or a
// handler sees it, and lets the others pass as they are.
//
//	*Request ──▶ [ Rewrite ] ──▶ *Request
//	                 └── failures ──▶ *Failure
//
// The Target of a request stays what the client sent, for logs; Path, RawPath and
// Query become the new ones. One rule is used, and once.
type Rewrite struct {
	http1.RequestFilter

	// Table has the rules; they lead to paths.
	Table *Table
}

var (
	_ http1.RequestFilterPart = (*Rewrite)(nil)
	_ axon.Component          = (*Rewrite)(nil)
	_ axon.Validator          = (*Rewrite)(nil)
)

// Validate implements axon.Validator.
func (r *Rewrite) Validate() error {
	if r.Table == nil {
		return errors.New("redirect: a Rewrite needs a Table")
	}
	return r.Table.Paths()
}

// Paths reports every rule that leads elsewhere than to a path.
func (t *Table) Paths() error {
	var errs []error
	for i := range t.rules {
		if to := &t.rules[i].to; !to.path || to.fragment != "" {
			errs = append(errs, &RuleError{i, errors.New("a rewrite leads to a path")})
		}
	}
	return errors.Join(errs...)
}

// Main implements axon.Component.
func (r *Rewrite) Main(ctx context.Context) error {
	for req := range r.Inbox.All(ctx) {
		if err := r.pass(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rewrite) pass(ctx context.Context, req *http1.Request) error {
	to, _, ok := r.Table.find(req)
	if !ok {
		return r.Pass(ctx, req)
	}
	on := req.Clone()
	if err := on.SetTarget(to); err != nil {
		return r.Fail(ctx, req, 400, fmt.Errorf("redirect: a rewrite to %q: %w", to, err))
	}
	on.Target = req.Target
	return r.Pass(ctx, on)
}
