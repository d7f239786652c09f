package jsonlines

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Decoder turns each line of JSON into a value: Kamaelia's JSONDecoder.
//
//	string ──▶ [ Decoder ] ──▶ T
//	                └─ faults ─▶ error
//
// Empty lines are skipped. It ends with its input. A line that is no T is a failure,
// unless faults is linked: then it goes on with the next.
type Decoder[T any] struct {
	axon.Base

	// Strict refuses fields that T does not have.
	Strict bool

	Inbox  axon.Inbox[string] // lines; lines.LineSplit bounds them
	Outbox axon.Outbox[T]     // values
	Faults axon.Outbox[error] `axon:"optional"` // what is wrong with a line, with the line's number
}

var _ axon.Component = (*Decoder[int])(nil)

// Main implements axon.Component.
func (d *Decoder[T]) Main(ctx context.Context) error {
	n := 0
	for line := range d.Inbox.All(ctx) {
		if n++; strings.TrimSpace(line) == "" {
			continue
		}
		var v T
		if err := d.decode(line, &v); err != nil {
			err = fmt.Errorf("jsonlines: line %d: %w", n, err)
			if !d.Faults.Linked() {
				return err
			}
			if err := d.Faults.Send(ctx, err); err != nil && !errors.Is(err, axon.ErrGone) {
				return err
			}
			continue
		}
		if err := d.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

func (d *Decoder[T]) decode(line string, v *T) error {
	if !d.Strict {
		return json.Unmarshal([]byte(line), v)
	}
	dec := json.NewDecoder(strings.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("more than one value")
	}
	return nil
}
