package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/cgi"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Reasons is an error component that tells why a program has failed. It is for
// people who write programs, not for strangers.
type Reasons struct{ http1.ErrorHandler }

// Main implements axon.Component.
func (r *Reasons) Main(ctx context.Context) error {
	for f := range r.Inbox.All(ctx) {
		if err := r.Outbox.Send(ctx, page(f)); err != nil {
			return err
		}
	}
	return nil
}

// page makes the answer to a failure.
func page(f *http1.Failure) *http1.Response {
	var failed *cgi.ScriptError
	if !errors.As(f, &failed) {
		return http1.Plain(f)
	}
	text := fmt.Sprintf("%s has failed: %v\n", failed.Script, failed.Err)
	if failed.Stderr != "" {
		text += "\n    " + strings.ReplaceAll(failed.Stderr, "\n", "\n    ") + "\n"
	}
	return http1.Text(f.Request, f.Status, text)
}
