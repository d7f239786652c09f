//go:build !linux && !darwin

package upload

import (
	"math"
	"os"
)

// free returns how many bytes the disk has, which is not asked on this system.
func free(*os.Root) (int64, error) { return math.MaxInt64, nil }
