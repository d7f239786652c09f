package marshal

import (
	"context"
	"encoding"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
)

// DeMarshaller turns messages of bytes into values: Kamaelia's DeMarshaller.
//
//	[]byte ──▶ [ DeMarshaller ] ──▶ T
//	                 └─ faults ─▶ error
//
// It ends with its input. Bytes that are no value are a failure, unless faults is linked:
// then it goes on with the next.
type DeMarshaller[T any] struct {
	axon.Base

	// Unmarshal makes a value of bytes, which it may keep. Nil means UnmarshalBinary of a
	// *T, or UnmarshalText if it has not that.
	Unmarshal func([]byte) (T, error)

	Inbox  axon.Inbox[[]byte] // the bytes of one value each
	Outbox axon.Outbox[T]     // values
	Faults axon.Outbox[error] `axon:"optional"` // what is wrong with a message, with its number from 1
}

var (
	_ axon.Component = (*DeMarshaller[int])(nil)
	_ axon.Validator = (*DeMarshaller[int])(nil)
)

// ownOf unmarshals a value by its own methods.
func ownOf[T any](b []byte) (v T, err error) {
	switch m := any(&v).(type) {
	case encoding.BinaryUnmarshaler:
		err = m.UnmarshalBinary(b)
	case encoding.TextUnmarshaler:
		err = m.UnmarshalText(b)
	}
	return v, err
}

// Validate implements axon.Validator.
func (d *DeMarshaller[T]) Validate() error {
	if d.Unmarshal != nil {
		return nil
	}
	switch v := any(new(T)).(type) {
	case encoding.BinaryUnmarshaler, encoding.TextUnmarshaler:
		return nil
	default:
		return fmt.Errorf("marshal: a DeMarshaller needs Unmarshal: %T has neither UnmarshalBinary nor UnmarshalText", v)
	}
}

// Main implements axon.Component.
func (d *DeMarshaller[T]) Main(ctx context.Context) error {
	unmarshal, n := d.Unmarshal, 0
	if unmarshal == nil {
		unmarshal = ownOf[T]
	}
	for b := range d.Inbox.All(ctx) {
		n++
		v, err := unmarshal(b)
		if err != nil {
			if err := tell(ctx, &d.Faults, fmt.Errorf("marshal: message %d: %w", n, err)); err != nil {
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
