//! The long-running gateway: builds its adapters, runs the steps of a message's walk, drains and stops.

mod throttle;
