// Package beside has the component that runs graphs beside the connections of a
// server: what these need, such as pools of workers, and what is exchanged while
// the server runs.
package beside
