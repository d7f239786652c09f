package marshal

import (
	"context"
	"encoding"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Marshaller turns values into bytes: Kamaelia's Marshaller.
//
//	T ──▶ [ Marshaller ] ──▶ []byte
//	            └─ faults ─▶ error
//
// It ends with its input. A value that has no bytes is a failure, unless faults is linked:
// then it goes on with the next.
type Marshaller[T any] struct {
	axon.Base

	// Marshal makes bytes of a value, which are the receiver's own. Nil means the value's
	// own MarshalBinary, or MarshalText if it has not that.
	Marshal func(T) ([]byte, error)

	Inbox  axon.Inbox[T]       // values
	Outbox axon.Outbox[[]byte] // the bytes of one value each; framing keeps them apart in a stream
	Faults axon.Outbox[error]  `axon:"optional"` // what is wrong with a value
}

var (
	_ axon.Component = (*Marshaller[int])(nil)
	_ axon.Validator = (*Marshaller[int])(nil)
)

// own marshals a value by its own methods.
func own[T any](v T) ([]byte, error) {
	switch m := any(v).(type) {
	case encoding.BinaryMarshaler:
		return m.MarshalBinary()
	case encoding.TextMarshaler:
		return m.MarshalText()
	}
	switch m := any(&v).(type) {
	case encoding.BinaryMarshaler:
		return m.MarshalBinary()
	case encoding.TextMarshaler:
		return m.MarshalText()
	}
	return nil, fmt.Errorf("%T has neither MarshalBinary nor MarshalText", v)
}

// Validate implements axon.Validator.
func (m *Marshaller[T]) Validate() error {
	var v T
	if m.Marshal != nil {
		return nil
	}
	for _, v := range []any{v, &v} {
		switch v.(type) {
		case encoding.BinaryMarshaler, encoding.TextMarshaler:
			return nil
		}
	}
	return fmt.Errorf("marshal: a Marshaller of %T needs Marshal: it has neither MarshalBinary nor MarshalText", v)
}

// Main implements axon.Component.
func (m *Marshaller[T]) Main(ctx context.Context) error {
	marshal := m.Marshal
	if marshal == nil {
		marshal = own[T]
	}
	for v := range m.Inbox.All(ctx) {
		b, err := marshal(v)
		if err != nil {
			if err := tell(ctx, &m.Faults, fmt.Errorf("marshal: %w", err)); err != nil {
				return err
			}
			continue
		}
		if err := m.Outbox.Send(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// tell sends what is wrong with one message, or returns it if nobody listens.
func tell(ctx context.Context, to *axon.Outbox[error], fault error) error {
	if !to.Linked() {
		return fault
	}
	if err := to.Send(ctx, fault); err != nil && !errors.Is(err, axon.ErrGone) {
		return err
	}
	return nil
}
