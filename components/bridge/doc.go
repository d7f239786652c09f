// Package bridge joins components and ordinary Go code, in both directions: a Handle on
// a component for code that has none (Kamaelia's Handle and LikeFile), and readers,
// writers and channels as components.
package bridge
