package main

import (
	"context"
	"encoding/json"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// JSONErrors answers each failure with a JSON object.
type JSONErrors struct {
	http1.ErrorHandler // its boxes
}

var _ http1.ErrorPart = (*JSONErrors)(nil)

// Main implements axon.Component.
func (e *JSONErrors) Main(ctx context.Context) error {
	for f := range e.Inbox.All(ctx) {
		body, err := json.Marshal(map[string]any{
			"status": f.Status, "error": http1.StatusText(f.Status), "stage": f.Stage, "path": f.Request.Path,
		})
		if err != nil {
			return err
		}
		resp := http1.Text(f.Request, f.Status, string(body)+"\n")
		resp.Header.Set("Content-Type", "application/json")
		if err := e.Outbox.Send(ctx, resp); err != nil {
			return err
		}
	}
	return nil
}
