package axon

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// ErrNoService is returned by Service when nothing has that name, and
// ErrServiceExists by Register when something has.
var (
	ErrNoService     = errors.New("axon: no such service")
	ErrServiceExists = errors.New("axon: the service exists already")
)

type service struct{ inbox box }

// Register makes an inbox known to the system under a name, so that components
// find it that were not linked to it by a graph: Kamaelia's Coordinating
// Assistant Tracker. The inbox does not finish while it is registered. When the graph
// that its part is in is told to finish, the name is taken back.
func Register[T any](s *System, name string, in *Inbox[T]) error {
	if name == "" {
		return errors.New("axon: a service needs a name")
	}
	if err := usable(in); err != nil {
		return fmt.Errorf("axon: service %q: a service is the inbox of a part of a built graph: %w", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.services[name]; ok {
		return fmt.Errorf("%w: %q", ErrServiceExists, name)
	}
	if s.services == nil {
		s.services = map[string]service{}
	}
	in.real().hold()
	s.services[name] = service{in}
	if s.registered != nil {
		close(s.registered)
		s.registered = nil
	}
	return nil
}

// AwaitService is Service for parts that may start before the one that registers the
// name: it waits until that is there, or returns the cause when ctx has ended.
func AwaitService[T any](ctx context.Context, s *System, name string) (*Inbox[T], error) {
	for {
		s.mu.Lock()
		_, ok := s.services[name]
		if !ok && s.registered == nil {
			s.registered = make(chan struct{})
		}
		registered := s.registered
		s.mu.Unlock()
		if ok {
			in, err := Service[T](s, name)
			if !errors.Is(err, ErrNoService) {
				return in, err
			}
			continue // it was just taken back
		}
		select {
		case <-registered:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// Service finds the inbox that is registered under a name. Link a component's
// outbox to it with Link(out, in).Make, or with Move.
func Service[T any](s *System, name string) (*Inbox[T], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.services[name]
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrNoService, name)
	}
	in, ok := v.inbox.(*Inbox[T])
	if !ok {
		return nil, fmt.Errorf("axon: service %q takes %v, not %v", name, v.inbox.elem(), reflect.TypeFor[T]())
	}
	return in, nil
}

// Deregister takes the name back. The inbox finishes when it has no sender.
func (s *System) Deregister(name string) error {
	s.mu.Lock()
	v, ok := s.services[name]
	delete(s.services, name)
	s.mu.Unlock()
	if !ok {
		return fmt.Errorf("%w: %q", ErrNoService, name)
	}
	v.inbox.inboxNow().unhold()
	return nil
}

// Services lists the registered names in alphabetical order.
func (s *System) Services() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]string, 0, len(s.services))
	for n := range s.services {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// withdraw takes the names back of inboxes in a graph that comes to its end: they
// finish with their senders, as they would without a name.
func (s *System) withdraw(g *Graph) {
	s.mu.Lock()
	var inboxes []inboxOps
	for name, v := range s.services {
		if v.inbox.part().within(g) != nil {
			inboxes = append(inboxes, v.inbox.inboxNow())
			delete(s.services, name)
		}
	}
	s.mu.Unlock()
	for _, in := range inboxes {
		in.unhold()
	}
}
