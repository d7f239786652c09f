package bridge

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// guest is the component of a Handle.
type guest struct {
	*axon.Graph
	component axon.Component
	told      <-chan struct{} // to finish, if it has no inbox
}

// Main implements axon.Component.
func (g *guest) Main(ctx context.Context) error {
	run, err := axon.Spawn(ctx, g.Graph)
	if err != nil {
		return err
	}
	select {
	case <-run.Done():
	case <-g.told:
		if err := run.Tell(g.component, axon.Signal{Kind: axon.Finish}); err != nil {
			return err
		}
		<-run.Done()
	}
	return run.Wait(context.Background())
}
