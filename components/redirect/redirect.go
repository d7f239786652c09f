package redirect

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Redirect answers requests that match a rule with the place to ask instead (RFC
// 9110 section 15.4), and lets the others pass.
//
//	*Request ──▶ [ Redirect ] ──▶ *Request
//	                  └── answers ──▶ *Response
//
// The query goes with it, unless the rule has one. Whatever a client sends, it is
// led to the host that the rule says.
type Redirect struct {
	http1.RequestFilter

	// Table has the rules.
	Table *Table
}

var (
	_ http1.RequestFilterPart = (*Redirect)(nil)
	_ axon.Component          = (*Redirect)(nil)
	_ axon.Validator          = (*Redirect)(nil)
)

// Validate implements axon.Validator.
func (r *Redirect) Validate() error {
	if r.Table == nil {
		return errors.New("redirect: a Redirect needs a Table")
	}
	return nil
}

// Main implements axon.Component.
func (r *Redirect) Main(ctx context.Context) error {
	for req := range r.Inbox.All(ctx) {
		var err error
		if to, status, ok := r.Table.find(req); ok {
			resp := http1.Text(req, status, "see "+to+"\n")
			resp.Header.Add("Location", to)
			err = r.Answer(ctx, resp)
		} else {
			err = r.Pass(ctx, req)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
