// Package rate makes messages flow no faster than they may.
package rate
