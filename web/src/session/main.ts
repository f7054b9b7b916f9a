import '../style/base.css';
import { mount } from 'svelte';
import { sessionOf } from '../lib/place';
import App from './App.svelte';
import Missing from './Missing.svelte';

const target = document.getElementById('app')!;
const id = sessionOf(location.pathname);
if (id === null) mount(Missing, { target });
else mount(App, { target, props: { id } });
