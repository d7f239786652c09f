package pipelines

import (
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Validate reports what is wrong with the mounts, those of Hosts too, without
// building a connection: routes that are none, or that overlap, and mounts without
// a name or a handler.
func (s *Server) Validate() error {
	errs := []error{checkMounts(s.Mounts)}
	if s.Hosts == nil {
		return errs[0]
	}
	for _, h := range s.Hosts.sites {
		err := checkMounts(h.Mounts)
		for _, m := range h.Mounts {
			if m.Host != "" {
				err = errors.Join(err, fmt.Errorf("pipelines: %s has a host of its own, %s", m.Name, m.Host))
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("site %s: %w", h.name(), err))
		}
	}
	return errors.Join(errs...)
}

// checkMounts reports what is wrong with the mounts of one router.
func checkMounts(mounts []Mount) error {
	var errs []error
	router := &http1.Router{}
	named, routed := map[string]bool{}, map[string]string{}
	for _, m := range mounts {
		route := m.route()
		if m.Name == "" || m.Handler == nil {
			errs = append(errs, fmt.Errorf("pipelines: the mount at %q has no name, or no handler", route))
		}
		if named[m.Name] {
			errs = append(errs, fmt.Errorf("pipelines: two mounts are called %s", m.Name))
		}
		if other, twice := routed[route]; twice {
			errs = append(errs, fmt.Errorf("pipelines: %s and %s are both mounted at %q", other, m.Name, route))
		}
		named[m.Name], routed[route] = true, m.Name
		router.Route(route)
	}
	return errors.Join(append(errs, router.Validate())...)
}
