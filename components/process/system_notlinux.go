//go:build !linux

package process

import "errors"

// waitFor can not wait without reaping here.
func waitFor(int) bool { return false }

func (l *Limits) set(int) error {
	if *l == (Limits{}) {
		return nil
	}
	return errors.ErrUnsupported
}
