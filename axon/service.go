package axon

import (
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
// Assistant Tracker. The inbox does not finish while it is registered.
func Register[T any](s *System, name string, in *Inbox[T]) error {
	if err := usable(in); err != nil || name == "" {
		return fmt.Errorf("axon: service %q: a service is a name and the inbox of a part of a built graph: %w", name, err)
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
	return nil
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
