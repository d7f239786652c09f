package backplane

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// errNone is the cause of giving up.
var errNone = errors.New("there is no such backplane")

// join links an outbox to a service of a backplane, and waits for it for some time.
func join[T any](ctx context.Context, out *axon.Outbox[T], service string, wait time.Duration) error {
	if wait <= 0 {
		wait = 5 * time.Second
	}
	limited, cancel := context.WithTimeoutCause(ctx, wait, fmt.Errorf("%w after %v", errNone, wait))
	defer cancel()
	in, err := axon.AwaitService[T](limited, axon.SystemOf(ctx), service)
	if err != nil {
		return err
	}
	return axon.Link(out, in).Make()
}
